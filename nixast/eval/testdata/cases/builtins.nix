# What the builtins mean.
{ ... }:
{
  # lists
  map = map (x: x * 2) [ 1 2 3 ];
  filter = builtins.filter (x: x > 1) [ 1 2 3 ];
  fold = builtins.foldl' (a: b: a + b) 0 [ 1 2 3 ];
  foldOrder = builtins.foldl' (a: b: "(${a}${b})") "s" [ "1" "2" ];
  genList = builtins.genList (i: i * i) 4;
  concatMap = builtins.concatMap (x: [ x x ]) [ 1 2 ];
  concatLists = builtins.concatLists [ [ 1 ] [ ] [ 2 3 ] ];
  elem = [ (builtins.elem 1 [ 2 1 ]) (builtins.elem 3 [ ]) (builtins.elem "a" [ "a" ]) (builtins.elem [ 1 ] [ [ 1 ] ]) ];
  elemAt = builtins.elemAt [ 1 2 3 ] 1;
  head = builtins.head [ 1 2 ];
  tail = builtins.tail [ 1 2 3 ];
  length = builtins.length [ 1 2 3 ];
  any = [ (builtins.any (x: x == 1) [ 2 1 ]) (builtins.any (x: x) [ ]) ];
  all = [ (builtins.all (x: x == 1) [ 2 1 ]) (builtins.all (x: x) [ ]) ];
  sort = builtins.sort builtins.lessThan [ 3 1 2 ];
  sortIsStable = builtins.sort (a: b: a.k < b.k) [ { k = 1; v = 1; } { k = 0; v = 2; } { k = 1; v = 3; } { k = 0; v = 4; } ];
  partition = builtins.partition (x: x > 1) [ 1 2 3 0 ];
  groupBy = builtins.groupBy (x: if x > 1 then "big" else "small") [ 1 2 3 ];
  append = [ 1 ] ++ [ 2 ] ++ [ ];

  # sets
  attrNames = builtins.attrNames { b = 1; a = 2; "c d" = 3; A = 4; _ = 5; };
  attrValues = builtins.attrValues { b = 1; a = 2; };
  mapAttrs = builtins.mapAttrs (n: v: "${n}${toString v}") { a = 1; b = 2; };
  listToAttrs = builtins.listToAttrs [ { name = "a"; value = 1; } { name = "b"; value = 2; } { name = "a"; value = 3; } ];
  getAttr = builtins.getAttr "a" { a = 1; };
  hasAttr = [ (builtins.hasAttr "a" { a = 1; }) (builtins.hasAttr "b" { a = 1; }) ];
  removeAttrs = removeAttrs { a = 1; b = 2; c = 3; } [ "a" "x" "c" ];
  intersectAttrs = builtins.intersectAttrs { a = 1; b = 2; } { b = 3; c = 4; };
  catAttrs = builtins.catAttrs "a" [ { a = 1; } { } { a = 2; b = 3; } ];
  functionArgs = builtins.functionArgs ({ a, b ? 1, ... }: a);
  functionArgsPlain = builtins.functionArgs (x: x);
  zipAttrsWith = builtins.zipAttrsWith (n: vs: { inherit n vs; }) [ { a = 1; } { a = 2; b = 3; } ];

  # text
  toString = map toString [ 1 (-1) true false null "a" 1.5 [ 1 [ ] 2 [ "x" "y" ] ] { outPath = "/o"; } ];
  concatStringsSep = builtins.concatStringsSep ", " [ "a" "b" "" "c" ];
  stringLength = builtins.stringLength "abc";
  stringLengthBytes = builtins.stringLength "ä";
  substring = [ (builtins.substring 1 2 "abcd") (builtins.substring 2 (-1) "abcd") (builtins.substring 9 1 "abc") (builtins.substring 0 99 "abc") ];
  replaceStrings = builtins.replaceStrings [ "a" "bc" ] [ "X" "Y" ] "abcabc";
  replaceFirstWins = builtins.replaceStrings [ "a" "ab" ] [ "1" "2" ] "ab";
  replaceEmpty = builtins.replaceStrings [ "" ] [ "-" ] "ab";
  match = [ (builtins.match "a(b*)c" "abbc") (builtins.match "a" "b") (builtins.match "(a)|(b)" "b") (builtins.match "[[:digit:]]+" "12") ];
  matchEscaped = builtins.match "([0-9]+)\\.([0-9]+)" "1.22";
  matchWhole = builtins.match "a" "ab";
  split = builtins.split "," "a,b,,c";
  splitGroups = builtins.split "(a)b" "xabyabz";
  splitNothing = builtins.split "x" "abc";
  compareVersions = [
    (builtins.compareVersions "1.0" "1.1") (builtins.compareVersions "2.3" "2.3pre1") (builtins.compareVersions "1.10" "1.9")
    (builtins.compareVersions "1" "1") (builtins.compareVersions "1.a" "1.1") (builtins.compareVersions "1" "1.0")
  ];
  splitVersion = builtins.splitVersion "1.2-3pre4.x";
  parseDrvName = [ (builtins.parseDrvName "nix-0.12pre1") (builtins.parseDrvName "a-b-1.2") (builtins.parseDrvName "abc") ];
  baseNameOf = [ (baseNameOf "/a/b") (baseNameOf "a") (baseNameOf "/a/b/") (baseNameOf ./x.nix) ];
  dirOf = [ (dirOf "/a/b") (dirOf "a") (dirOf "/a") ];
  toJSON = builtins.toJSON { a = [ 1 true null "x\"\n" ]; b = { c = 1.5; }; };
  fromJSON = builtins.fromJSON ''{"a": [1, 2.5, true, null, "x"], "b": {"c": "\u00e4"}}'';
  fromTOML = builtins.fromTOML ''
    a = 1
    b = [ 1.5, true, "x\n", 0x1F, 1_000 ]
    "c d" = 'e'
    [f.g]
    h = { i = [] }
    [[j]]
    k = """
    l
    m"""
    [[j]]
  '';
  hashString = map (h: builtins.hashString h "a") [ "md5" "sha1" "sha256" "sha512" ];

  # types
  typeOf = map builtins.typeOf [ 1 1.5 "a" true null [ ] { } (x: x) ./a ];
  isType = [
    (builtins.isInt 1) (builtins.isString 1) (builtins.isList [ ]) (builtins.isAttrs { }) (builtins.isBool true)
    (builtins.isNull null) (builtins.isFunction map) (builtins.isFloat 1.0) (builtins.isPath ./a) (isNull 1)
  ];

  # numbers
  numbers = [ (builtins.add 1 2) (builtins.sub 1 2) (builtins.mul 2 3) (builtins.div 7 2) (builtins.lessThan 1 2) ];
  bits = [ (builtins.bitAnd 12 10) (builtins.bitOr 12 10) (builtins.bitXor 12 10) ];
  rounding = [ (builtins.ceil 1.2) (builtins.floor 1.8) (builtins.floor (-1.2)) ];

  # evaluation
  seq = builtins.seq 1 2;
  tryThrow = builtins.tryEval (throw "x");
  tryAssert = builtins.tryEval (assert false; 1);
  tryFine = builtins.tryEval { a = 1; };
  genericClosure = builtins.genericClosure {
    startSet = [ { key = 1; } ];
    operator = x: if x.key < 4 then [ { key = x.key + 1; } { key = 1; } ] else [ ];
  };
  pathConcat = toString (/a + "/b");
  addErrorContext = builtins.addErrorContext "c" 1;
}
