"""An S3 server: versitygw over a local folder. It checks signatures, expiry, checksums and write-once conditions."""

import os
import subprocess
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from deploy.engines.engine import HOST, EngineFailed, Program
from deploy.engines.programs import require

MODULE = "github.com/versity/versitygw/cmd/versitygw@v1.8.0"
ACCESS_KEY = "micrographia"
SECRET_KEY = "loopback-only-secret"  # opens test data to loopback, nothing else
BUCKET = "micrographia"
GO = Program(
    names=("go",), debian=("golang-go",), otherwise="Go 1.21 or later builds the S3 server; no root is needed."
)


def prepare(folder: Path) -> None:
    """Build the server once (about a minute and a half), and make the folder that holds the buckets."""
    (folder / "data").mkdir(exist_ok=True)
    if (folder / "bin" / "versitygw").exists():
        return
    built = subprocess.run(
        [require(GO), "install", MODULE],
        env={**os.environ, "GOBIN": str(folder / "bin")},
        capture_output=True,
        text=True,
        check=False,
    )
    if built.returncode:
        raise EngineFailed(f"go install {MODULE} failed: {built.stderr.strip()[-500:]}. Install Go 1.21 or later.")


def command(folder: Path, port: int) -> list[str]:
    server = str(folder / "bin" / "versitygw")
    keys = ["--access", ACCESS_KEY, "--secret", SECRET_KEY]
    return [server, *keys, "--port", f"{HOST}:{port}", "--quiet", "posix", str(folder / "data")]


def answers(port: int) -> bool:
    """An anonymous question is refused, which is an answer."""
    connection = HTTPConnection(HOST, port, timeout=2)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status in {200, 403}
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def ready(port: int) -> None:
    """The portal's bucket, unless it is there."""
    client = boto3.client(
        "s3",
        endpoint_url=f"http://{HOST}:{port}",
        aws_access_key_id=ACCESS_KEY,
        aws_secret_access_key=SECRET_KEY,
        region_name="us-east-1",
        config=Config(signature_version="s3v4", s3={"addressing_style": "path"}),
    )
    try:
        client.head_bucket(Bucket=BUCKET)
    except ClientError:
        client.create_bucket(Bucket=BUCKET)
