"""Serves an account of AWS's on loopback, by moto, and says what is in it.

    account.py MOTO_SERVER FOLDER

It needs boto3: `tools/moto_venv.sh` makes it, with moto. The first line that it prints is the environment of who
deploys to the account. Then each line that it reads, `{"service": …, "operation": …, "arguments": {…}}`, is a call of
boto3's, and answered with a line of what comes of it. It ends when its standard input does. All lines are JSON.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent / "deploy/deployer/tests"))
from moto_server import client, credentials, serving


def main() -> None:
    program, folder = (Path(argument) for argument in sys.argv[1:])
    with serving(program, folder) as moto:
        print(json.dumps(credentials(moto.endpoint)), flush=True)
        for line in sys.stdin:
            call = json.loads(line)
            answer = getattr(client(moto.endpoint, call["service"]), call["operation"])(**call["arguments"])
            print(json.dumps(answer, default=str), flush=True)


if __name__ == "__main__":
    main()
