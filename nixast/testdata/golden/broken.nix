{
  # A file with mistakes keeps its tree.
  a = 1
  b = [ 1, 2 ];
  c = f (x;
  d.= { e = ; };
  if = 3;
  g = if h then i;
}
