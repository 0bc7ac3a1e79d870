with { };
{
  interpolated = "a ${b} c ${"d ${e}"} f";
  only = "${a}";
  twice = "${a}${b}";
  stripped = ''
    first
      deeper
    ${a} behind an interpolation

    ''${not} ''' ''\t tab
  '';
  mixed = ''  one ${x}
      two'';
  collapsed = ''${"a"}'';
  empty = '''';
  paths = [ ./a${b} ./${a} ./a/${b}/c ~/${a} /${a}//b ];
}
