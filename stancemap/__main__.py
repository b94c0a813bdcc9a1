"""Run as `python -m stancemap`."""

from stancemap.cli import main

if __name__ == "__main__":
    main()
