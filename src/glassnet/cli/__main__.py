"""``python -m glassnet.cli``."""

from glassnet.cli import main

if __name__ == "__main__":
    main()
