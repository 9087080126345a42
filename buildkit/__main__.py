"""Let `python -m buildkit` run the command line."""

from buildkit.cli.main import main

if __name__ == "__main__":
    main()
