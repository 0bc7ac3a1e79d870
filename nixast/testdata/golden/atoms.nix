# Every kind of literal.
with { }; [
  a a'-b __curPos
  007 1.50 1.e3 .5 2.5e-7 1000000.0
  "plain" "esc \" \\ \n \${x} $$ $" x:y http://example.org/a?b=c
  ./p ../q/../r p/q /abs /* a comment */
  ~/h <nixpkgs/lib>
]
