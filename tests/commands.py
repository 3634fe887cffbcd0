"""The `portal` command, run in this process: for what it says and how it ends. What forks or serves runs for real."""

from subprocess import CompletedProcess

from click.testing import CliRunner

from portal.cli import main


def run(*words: str, env: dict[str, str], given: bytes = b"") -> CompletedProcess:
    """Its exit code and what it printed. No traceback may be in it: what failed unforeseen is raised here."""
    ended = CliRunner().invoke(main, list(words), input=given, env=env)
    if ended.exception and not isinstance(ended.exception, SystemExit):
        raise ended.exception
    return CompletedProcess(words, ended.exit_code, ended.stdout, ended.stderr)
