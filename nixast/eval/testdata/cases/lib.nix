# What functions of nixpkgs' lib mean.
{ lib }:
with lib;
{
  # modules: sets with a type
  mkIf = mkIf true { a = 1; };
  mkMerge = mkMerge [ 1 2 ];
  mkForce = mkForce 1;
  mkDefault = mkDefault 1;
  mkOverride = mkOverride 42 1;
  mkOptionDefault = mkOptionDefault 1;
  mkBefore = mkBefore [ 1 ];
  mkAfter = mkAfter [ 1 ];
  mkOrder = mkOrder 7 [ 1 ];
  mkVMOverride = mkVMOverride 1;
  modulesNamespace = lib.modules.mkForce 1;
  literalExpression = literalExpression "pkgs.x";
  mkOption = removeAttrs (mkOption { default = 1; example = 2; }) [ ];
  mkEnableOption = { inherit (mkEnableOption "x") _type default example; };

  # attrsets
  optionalAttrs = [ (optionalAttrs true { a = 1; }) (optionalAttrs false { a = 1; }) ];
  nameValuePair = nameValuePair "a" 1;
  mapAttrs' = mapAttrs' (n: v: nameValuePair "x-${n}" (v + 1)) { a = 1; b = 2; };
  mapAttrsToList = mapAttrsToList (n: v: "${n}=${toString v}") { b = 1; a = 2; };
  genAttrs = genAttrs [ "a" "b" ] (n: "v-${n}");
  filterAttrs = filterAttrs (n: v: n != "b" && v != 3) { a = 1; b = 2; c = 3; };
  recursiveUpdate = recursiveUpdate { a.b = 1; a.c = 2; d = 3; } { a.c = 4; a.e = 5; d.f = 6; };
  attrByPath = [ (attrByPath [ "a" "b" ] 0 { a.b = 1; }) (attrByPath [ "a" "x" ] 0 { a.b = 1; }) (attrByPath [ ] 0 { a = 1; }) ];
  hasAttrByPath = [ (hasAttrByPath [ "a" "b" ] { a.b = 1; }) (hasAttrByPath [ "a" "x" ] { a.b = 1; }) (hasAttrByPath [ ] { }) ];
  getAttrFromPath = getAttrFromPath [ "a" "b" ] { a.b = 1; };
  setAttrByPath = setAttrByPath [ "a" "b" ] 1;
  attrVals = attrVals [ "a" "c" ] { a = 1; b = 2; c = 3; };
  attrsToList = attrsToList { a = 1; b = 2; };
  foldlAttrs = foldlAttrs (acc: n: v: acc + n + toString v) "" { a = 1; b = 2; };
  collect = collect isList { a = { b = [ 1 ]; }; c = [ 2 ]; d = 3; };
  mapAttrsRecursive = mapAttrsRecursive (path: v: "${concatStringsSep "." path}=${toString v}") { a.b = 1; c = 2; };
  mapAttrsRecursiveCond = mapAttrsRecursiveCond (s: !(s ? stop)) (path: v: length path) { a.b = 1; c = { stop = true; d = 1; }; };
  filterAttrsRecursive = filterAttrsRecursive (n: v: v != null) { a = null; b = { c = null; d = 1; }; };
  zipAttrs = zipAttrs [ { a = 1; } { a = 2; b = 3; } ];
  zipAttrsWith = zipAttrsWith (n: vs: length vs) [ { a = 1; } { a = 2; b = 3; } ];
  foldAttrs = foldAttrs (x: acc: [ x ] ++ acc) [ ] [ { a = 1; } { a = 2; b = 3; } ];
  concatMapAttrs = concatMapAttrs (n: v: { ${n} = v; "${n}2" = v * 2; }) { a = 1; b = 2; };
  mergeAttrsList = mergeAttrsList [ { a = 1; } { b = 2; } { a = 3; } ];
  cartesianProduct = cartesianProduct { a = [ 1 2 ]; b = [ 3 4 ]; };
  recurseIntoAttrs = recurseIntoAttrs { a = 1; };
  isDerivation = [ (isDerivation { type = "derivation"; }) (isDerivation { }) (isDerivation 1) ];
  attrsetsNamespace = lib.attrsets.mapAttrsToList (n: v: n) { a = 1; };

  # lists
  optional = [ (optional true 1) (optional false 1) ];
  optionals = [ (optionals true [ 1 2 ]) (optionals false [ 1 ]) ];
  toList = [ (toList 1) (toList [ 1 ]) ];
  singleton = singleton 1;
  flatten = flatten [ 1 [ 2 [ 3 [ ] ] ] [ [ 4 ] ] ];
  flattenOne = flatten 1;
  unique = unique [ 1 2 1 3 2 ];
  range = [ (range 1 4) (range 3 1) ];
  reverseList = reverseList [ 1 2 3 ];
  imap0 = imap0 (i: v: "${v}-${toString i}") [ "a" "b" ];
  imap1 = imap1 (i: v: "${v}-${toString i}") [ "a" "b" ];
  forEach = forEach [ 1 2 ] (x: x + 1);
  foldr = foldr (x: acc: x + acc) "" [ "a" "b" "c" ];
  foldl = foldl (acc: x: acc + x) "" [ "a" "b" "c" ];
  last = last [ 1 2 3 ];
  init = init [ 1 2 3 ];
  take = [ (take 2 [ 1 2 3 ]) (take 9 [ 1 ]) (take 0 [ 1 ]) ];
  drop = [ (drop 2 [ 1 2 3 ]) (drop 9 [ 1 ]) ];
  sublist = sublist 1 3 [ "a" "b" "c" "d" "e" ];
  findFirst = [ (findFirst (x: x > 1) 0 [ 1 2 3 ]) (findFirst (x: x > 9) 0 [ 1 2 3 ]) ];
  count = count (x: x > 1) [ 1 2 3 ];
  remove = remove 2 [ 1 2 3 2 ];
  subtractLists = subtractLists [ 1 2 ] [ 1 2 3 4 ];
  intersectLists = intersectLists [ 1 2 3 ] [ 6 3 2 ];
  mutuallyExclusive = [ (mutuallyExclusive [ 1 ] [ 2 ]) (mutuallyExclusive [ 1 ] [ 1 ]) ];
  zipLists = zipLists [ 1 2 ] [ "a" "b" "c" ];
  zipListsWith = zipListsWith (a: b: a + b) [ "x" ] [ "y" ];
  replicate = replicate 3 "x";
  sortOn = sortOn (x: -x) [ 1 3 2 ];
  partitionLib = partition (x: x > 1) [ 1 2 ];
  allUnique = [ (allUnique [ 1 2 ]) (allUnique [ 1 1 ]) ];
  crossLists = map (f: f) (lib.lists.foldl (fs: args: concatMap (f: map f args) fs) [ (a: b: a + b) ] [ [ 1 2 ] [ 10 ] ]);

  # strings
  optionalString = [ (optionalString true "a") (optionalString false "a") ];
  concatStrings = concatStrings [ "a" "b" ];
  concatMapStrings = concatMapStrings (x: "<${x}>") [ "a" "b" ];
  concatMapStringsSep = concatMapStringsSep "," (x: "<${x}>") [ "a" "b" ];
  concatImapStringsSep = concatImapStringsSep "," (i: x: "${toString i}${x}") [ "a" "b" ];
  concatLines = concatLines [ "a" "b" ];
  intersperse = intersperse "," [ "a" "b" "c" ];
  hasPrefix = [ (hasPrefix "a" "abc") (hasPrefix "b" "abc") (hasPrefix "" "") ];
  hasSuffix = [ (hasSuffix "c" "abc") (hasSuffix "b" "abc") (hasSuffix "abcd" "d") ];
  hasInfix = [ (hasInfix "b" "abc") (hasInfix "x" "abc") (hasInfix "" "a") ];
  removePrefix = [ (removePrefix "a" "aab") (removePrefix "b" "aab") ];
  removeSuffix = [ (removeSuffix "b" "aab") (removeSuffix "a" "aab") ];
  splitString = [ (splitString "." "a.b.c") (splitString "/" "/a/") (splitString "x" "") ];
  toLower = toLower "AbC-Ä1";
  toUpper = toUpper "abC-ä1";
  stringToCharacters = stringToCharacters "abc";
  trim = trim " \n a b \t";
  escape = escape [ "(" "$" ] "a(b)$";
  escapeShellArg = [ (escapeShellArg "a b") (escapeShellArg "it's") (escapeShellArg "") ];
  escapeShellArgs = escapeShellArgs [ "a b" "c d" ];
  escapeNixString = lib.strings.escapeNixString "a\"b\${c}\n";
  escapeRegex = escapeRegex "a.b[c](d)*";
  boolToString = [ (boolToString true) (boolToString false) ];
  toInt = [ (toInt "42") (toInt "-3") (toInt "0") ];
  fixedWidthString = fixedWidthString 5 "0" "42";
  fixedWidthNumber = fixedWidthNumber 4 7;
  makeBinPath = makeBinPath [ "/a" "/b" ];
  makeSearchPath = makeSearchPath "share" [ "/a" "/b" ];
  versions = [ (versionAtLeast "1.10" "1.9") (versionAtLeast "1.0" "1.0") (versionOlder "1.0" "1.1") (versionOlder "1.1" "1.0") ];
  versionParts = [ (lib.versions.major "1.2.3") (lib.versions.minor "1.2.3") (lib.versions.majorMinor "1.2.3") ];
  getName = [ (getName "hello-2.1") (getName { pname = "x"; }) (getVersion "hello-2.1") ];
  stringsNamespace = lib.strings.concatStringsSep "," [ "a" "b" ];
  replaceString = lib.strings.replaceStrings [ "a" ] [ "b" ] "aa";

  # trivial
  id = id 1;
  const = const 1 2;
  pipe = pipe 2 [ (x: x + 2) (x: x * 3) toString ];
  flip = flip (a: b: [ a b ]) 1 2;
  minMax = [ (min 1 2) (max 1 2) ];
  mod = [ (mod 7 3) (mod (-7) 3) ];
  compare = [ (compare 1 2) (compare 2 1) (compare 1 1) ];
  boolean = [ (and true false) (lib.or true false) (xor true false) (xor true true) ];
  isFunction = [ (isFunction (x: x)) (isFunction { __functor = s: x: x; }) (isFunction 1) ];
  toFunction = toFunction 1 2;
  assertMsg = assertMsg true "x";
  throwIf = throwIf false "x" 1;
  warnIf = warnIf false "x" 1;
  mapNullable = [ (mapNullable (x: x + 1) 1) (mapNullable (x: x) null) ];
  defaultTo = defaultTo 1 null;

  # fixed points
  fix = fix (self: { a = 1; b = self.a; });
  extends = (fix (extends (final: prev: { a = prev.a + 10; }) (self: { a = 1; b = self.a; }))).b;
  composeExtensions = fix (extends (composeExtensions (f: p: { a = p.a + 1; }) (f: p: { a = p.a * 10; })) (s: { a = 1; }));
  makeExtensible = removeAttrs ((makeExtensible (s: { a = 1; b = s.a; })).extend (f: p: { a = 2; })) [ "extend" "__unfix__" ];
  composeManyExtensions = fix (extends (composeManyExtensions [ (f: p: { a = p.a + 1; }) (f: p: { b = f.a; }) ]) (s: { a = 1; }));
  extendedLib = (lib.extend (final: prev: { mine = final.const 1 2; })).mine;

  # files of configuration, and command lines
  valueString = map (generators.mkValueStringDefault { }) [ 1 1.5 true false null "a b" ];
  keyValueDefault = generators.mkKeyValueDefault { } ":" "f:oo" "bar";
  toKeyValue = generators.toKeyValue { } { a = 1; "b=" = true; c = null; };
  toKeyValueLists = generators.toKeyValue { listsAsDuplicateKeys = true; indent = "  "; mkKeyValue = k: v: "${k} ${toString v}"; } { a = [ 1 2 ]; b = 3; };
  toINI = generators.toINI { } { "a[b]" = { x = 1; y = "z"; }; c = { }; };
  toINIKeys = generators.toINI { mkKeyValue = generators.mkKeyValueDefault { mkValueString = v: "<${toString v}>"; } " = "; listsAsDuplicateKeys = true; } { a.x = [ 1 2 ]; };
  toINIWithGlobalSection = [
    (generators.toINIWithGlobalSection { } { globalSection.a = 1; sections.b.c = 2; })
    (generators.toINIWithGlobalSection { } { globalSection = { }; })
  ];
  generatorsJSON = generators.toJSON { } { a = [ 1 ]; };
  generatorsYAML = generators.toYAML { } { a = [ 1 ]; };
  commandLine = cli.toGNUCommandLine { } { X = "PUT"; retry = 3; delay = null; url = [ "a" "b" ]; silent = false; verbose = true; };
  commandLineSeparated = cli.toGNUCommandLine { optionValueSeparator = "="; } { X = "PUT"; url = [ "a" "b" ]; };
  commandLineShell = cli.toGNUCommandLineShell { mkOptionName = name: "--${name} x"; } { data = "{\"id\":0} 'x'"; url = [ "a b" ]; };
  commandLineNew = cli.toCommandLine (name: { option = "-${name}"; sep = null; explicitBool = true; }) { v = true; l = [ true null 1 ]; };
  commandLineNewGNU = cli.toCommandLineGNU { } { v = true; verbose = [ true false null ]; i = ".bak"; size = 5; n = false; };
  commandLineNewShell = cli.toCommandLineShellGNU { } { data = "{ }"; };
  luaInline = generators.mkLuaInline "x";
  naturalSort = [ (naturalSort [ "disk11" "disk8" "disk100" "disk9" ]) (naturalSort [ "10.46.133.149" "10.5.16.62" "10.54.16.25" ]) (naturalSort [ "v0.2" "v0.15" "v0.0.9" ]) ];
  compareLists = [ (compareLists compare [ ] [ ]) (compareLists compare [ ] [ 1 ]) (compareLists compare [ 2 ] [ 1 3 ]) (compareLists compare [ 1 2 ] [ 1 2 ]) ];
  depEntries = [ (stringAfter [ "a" ] "b") (noDepEntry "c") (fullDepEntry "d" [ "e" ]) ];
  boolToYesNo = map boolToYesNo [ true false ];
  escapeURL = escapeURL "https://a.b/c d?e=f&g=\t~_-\n";
  toShellVar = [ (toShellVar "a" "b c") (toShellVar "l" [ "x y" "'" ]) (toShellVar "m" { "k l" = "v w"; }) ];
  toShellVars = toShellVars { a = "b c"; l = [ "d e" ]; };
  posixName = map isValidPosixName [ "a_1" "1a" "a-b" "" ];
  baseDigits = map (toBaseDigits 10) [ 0 9 10 123 ];
  hexString = map toHexString [ 0 15 16 255 4096 ];
  fromHexString = map fromHexString [ "FF" "0x7f" "0" ];
  dropEnd = [ (lists.dropEnd 1 [ 1 2 3 ]) (lists.dropEnd 5 [ 1 ]) ];
  asChars = stringAsChars (c: if c == "a" then "i" else c) "nat";
  join = join ", " [ "a" "b" ];
  converge = converge (x: x / 2) 16;
  floats = map strings.floatToString [ 1.5 0.25 ];
}
