"""Prints how many MB of Nix tree-sitter-nix parses per second of CPU time.

The files' names come on standard input, one a line.
"""
import sys
import time

import tree_sitter
import tree_sitter_nix

parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_nix.language()))
sources = [open(path, "rb").read() for path in sys.stdin.read().splitlines()]
start = time.process_time()
for source in sources:
    parser.parse(source)
print(sum(map(len, sources)) / 1e6 / (time.process_time() - start))
