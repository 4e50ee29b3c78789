"""`python -m elenchus`: the command line."""

from agent.cli.app import main

if __name__ == "__main__":
    main()
