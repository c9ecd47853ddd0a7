"""python -m benchmarks [NAME…]: run all benchmarks, or those that are named, each in a process of its own."""

import argparse
import pkgutil
import subprocess
import sys
from pathlib import Path

NAMES = sorted(
    module.name for module in pkgutil.iter_modules([str(Path(__file__).parent)]) if module.name != "__main__"
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)}; all of them by default")
    names = parser.parse_args().names or NAMES
    unknown = [name for name in names if name not in NAMES]
    if unknown:
        parser.error(f"there is no benchmark {', '.join(unknown)}; choose from {', '.join(NAMES)}")
    failed = [name for name in names if not succeeds(name)]
    return 1 if failed else 0


def succeeds(name: str) -> bool:
    print(f"== {name}", flush=True)
    return subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=False).returncode == 0


if __name__ == "__main__":
    sys.exit(main())
