"""Let `python -m buildkit` run the command line."""

from buildkit.cli.start import main

if __name__ == "__main__":
    main()
