"""The engines of production on this machine's loopback: `python -m deploy.services start|stop|status|env [NAME…]`.

Data, logs and built programs are kept under .services/, so that a second start takes seconds. Nothing here is safe for
anyone but the person at this machine: passwords are public.
"""

import argparse
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from deploy.engines import postgres, programs, redis, s3, search
from deploy.engines.engine import HOST, Engine, EngineFailed, running, start, stop

FOLDER = Path(__file__).resolve().parent.parent / ".services"

# Ports beside the usual ones, so that an engine that somebody runs here anyway is left alone; and below 32768, where
# Linux begins to take ports for outgoing connections: one of those may hold the port that an engine is to listen on.
ENGINES = (
    Engine(
        name="postgres",
        port=15432,
        prepare=postgres.prepare,
        command=postgres.command,
        answers=postgres.answers,
        ready=postgres.ready,
        account=postgres.account,
        stop_signal=signal.SIGINT,  # "fast": end the sessions, then leave; SIGTERM would wait for them
        environment={"DATABASE": f"postgresql://postgres@{HOST}:15432/{postgres.DATABASE}"},
    ),
    Engine(
        name="redis",
        port=16379,
        programs=(redis.SERVER,),
        prepare=redis.prepare,
        command=redis.command,
        answers=redis.answers,
        environment={"BROKER": f"redis://{HOST}:16379/0"},
    ),
    Engine(
        name="s3",
        port=17070,
        programs=(s3.GO,),
        prepare=s3.prepare,
        command=s3.command,
        answers=s3.answers,
        ready=s3.ready,
        environment={"STORAGE": f"s3://{s3.ACCESS_KEY}:{s3.SECRET_KEY}@{HOST}:17070/{s3.BUCKET}?scheme=http"},
    ),
    Engine(
        name="elasticsearch",
        port=19200,
        programs=(search.JAVA, search.COMPILER, search.MAVEN),
        prepare=search.prepare_elasticsearch,
        command=search.elasticsearch_command,
        answers=search.answers,
        environment={
            "SEARCH": f"elasticsearch://{HOST}:19200",
            "ELASTICSEARCH": f"elasticsearch://{HOST}:19200",
        },
    ),
    Engine(
        name="opensearch",
        port=9292,
        programs=(search.JAVA, search.MAVEN),
        prepare=search.prepare_opensearch,
        command=search.opensearch_command,
        answers=search.answers,
        environment={"OPENSEARCH": f"opensearch://{HOST}:9292"},
    ),
)
# What the portal itself reads; the other addresses exist for the tests alone.
SWITCHES = ("DATABASE", "STORAGE", "BROKER", "SEARCH")


def start_all(engines: list[Engine]) -> int:
    """Start together, then say what came up; one that fails does not hold up the others."""
    programs.install_missing(program for engine in engines for program in engine.programs)
    with ThreadPoolExecutor(len(engines)) as pool:
        return max(pool.map(_start_one, engines))


def _start_one(engine: Engine) -> int:
    began = time.monotonic()
    try:
        fresh = start(engine, FOLDER / engine.name)
    except EngineFailed as failure:
        print(f"{engine.name}: {failure}", file=sys.stderr, flush=True)
        return 1
    state = f"started in {time.monotonic() - began:.1f} s" if fresh else "was running"
    print(f"{engine.name:<14} {HOST}:{engine.port:<6} {state}", flush=True)
    return 0


def stop_all(engines: list[Engine]) -> int:
    with ThreadPoolExecutor(len(engines)) as pool:
        stopped = pool.map(lambda engine: stop(engine, FOLDER / engine.name), engines)
    for engine, was_up in zip(engines, stopped, strict=True):
        print(f"{engine.name:<14} {'stopped' if was_up else 'was not running'}")
    return 0


def show_status(engines: list[Engine]) -> int:
    """Non-zero unless every engine answers."""
    down = 0
    for engine in engines:
        process = running(FOLDER / engine.name)
        up = process is not None and engine.answers(engine.port)
        down += not up
        print(f"{engine.name:<14} {HOST}:{engine.port:<6} {f'answers, process {process.pid}' if up else 'is down'}")
    return int(down > 0)


def environment(engines: list[Engine]) -> dict[str, str]:
    """PORTAL_* for a portal on these engines, and PORTAL_TEST_* for the tests over them."""
    values = {"PORTAL_TEST_SERVICES": "1"}
    for engine in engines:
        for name, url in engine.environment.items():
            values[f"PORTAL_TEST_{name}_URL"] = url
            if name in SWITCHES:
                values[f"PORTAL_{name}_URL"] = url
    return values


def show_environment(engines: list[Engine]) -> int:
    """For `eval "$(… env)"` in a shell."""
    for name, value in environment(engines).items():
        print(f"export {name}='{value}'")
    return 0


ACTIONS = {"start": start_all, "stop": stop_all, "status": show_status, "env": show_environment}


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m deploy.services", description=__doc__)
    parser.add_argument("action", choices=ACTIONS)
    names = [engine.name for engine in ENGINES]
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"only these of: {', '.join(names)}")
    options = parser.parse_args(arguments)
    if unknown := set(options.names) - set(names):
        parser.error(f"There is no engine {', '.join(sorted(unknown))}; there are {', '.join(names)}.")
    chosen = [engine for engine in ENGINES if not options.names or engine.name in options.names]
    return ACTIONS[options.action](chosen)


if __name__ == "__main__":
    sys.exit(main())
