with { };
[
  (a + b * c - d / -e)
  (!a && b || c -> d -> e)
  (a // b // c ++ d ++ e)
  (a == b && c != d)
  (a < b == c >= d)
  (a > b) (a <= b)
  (a ? b ? c."d e".${f})
  (- - 1)
  (a * !b + c)
  (f a.b or c d)
  ((f a) b (c d))
  ((a < b) c)
  (a or b)
  [ a or b ]
  (a.b or c.d or e)
  (a.b.c).d
  (a."b".${"c"}.${d}."e${f}".or)
]
