"""Find a Chromium for the journeys, or install Debian's when we may; print its path, or say how to get one."""

import sys

from deploy.engines import programs
from deploy.engines.engine import EngineFailed, Program

CHROMIUM = Program(
    names=("chromium", "chromium-browser", "google-chrome"),
    debian=("chromium",),
    otherwise="Any Chromium or Chrome on the PATH serves; .venv/bin/playwright install chromium brings one as well.",
)


def main() -> int:
    programs.install_missing([CHROMIUM])
    try:
        print(programs.require(CHROMIUM))
    except EngineFailed as failure:
        print(failure, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
