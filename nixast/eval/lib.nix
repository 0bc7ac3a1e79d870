# Functions of nixpkgs' lib, by namespace, as far as they can be defined by
# other functions. The argument is lib as a whole: this, and what is written in Go.
# What is in "top" is in lib itself, in no namespace. The second argument
# maps a value to the set of its attributes that certainly exist.
lib: certain:
let
  inherit (lib)
    all any attrNames attrValues concatMap concatStringsSep elem elemAt filter foldl' genList head imap0 imap1
    isAttrs isList isFunction length listToAttrs map mapAttrs mapAttrsToList nameValuePair removeAttrs replaceStrings
    reverseList sort stringLength stringToCharacters sublist substring tail compareVersions splitVersion;
in
{
  attrsets = rec {
    attrVals = names: set: map (name: set.${name}) names;
    attrsToList = mapAttrsToList nameValuePair;
    cartesianProduct =
      sets:
      foldl' (
        products: name: concatMap (product: map (value: product // { ${name} = value; }) sets.${name}) products
      ) [ { } ] (attrNames sets);
    cartesianProductOfSets = cartesianProduct;
    collect =
      wanted: value:
      if wanted value then
        [ value ]
      else if isAttrs value then
        concatMap (collect wanted) (attrValues value)
      else
        [ ];
    filterAttrsRecursive =
      keep: set:
      mapAttrs (_: value: if isAttrs value then filterAttrsRecursive keep value else value) (
        lib.filterAttrs keep set
      );
    foldAttrs =
      f: start: sets:
      lib.zipAttrsWith (_: values: lib.foldr f start values) sets;
    foldlAttrs = f: start: set: foldl' (acc: name: f acc name set.${name}) start (attrNames set);
    genAttrs' = names: f: listToAttrs (map f names);
    isDerivation = value: value.type or null == "derivation";
    mapAttrsRecursive = mapAttrsRecursiveCond (_: true);
    mapAttrsRecursiveCond =
      descend: f: set:
      let
        walk =
          path:
          mapAttrs (
            name: value:
            if isAttrs value && descend value then walk (path ++ [ name ]) value else f (path ++ [ name ]) value
          );
      in
      walk [ ] set;
    recurseIntoAttrs = set: set // { recurseForDerivations = true; };
    setAttrByPath =
      path: value: foldl' (inner: name: { ${name} = inner; }) value (reverseList path);
    zipAttrs = lib.zipAttrsWith (_: values: values);
  };

  lists = rec {
    allUnique = list: length list == length (lib.unique list);
    compareLists =
      compare: left: right:
      let
        differ = filter (order: order != 0) (zipListsWith compare left right);
      in
      if differ == [ ] then lib.compare (length left) (length right) else head differ;
    count = wanted: list: length (filter wanted list);
    crossLists = f: foldl' (functions: values: concatMap (g: map g values) functions) [ f ];
    dropEnd = n: list: lib.take (lib.max 0 (length list - n)) list;
    findFirst =
      wanted: default: list:
      let
        found = filter wanted list;
      in
      if found == [ ] then default else head found;
    fold = foldr;
    foldl = foldl';
    foldr =
      f: start: list: foldl' (acc: value: f value acc) start (reverseList list);
    forEach = list: f: map f list;
    imap = imap1;
    intersectLists = kept: filter (value: elem value kept);
    mutuallyExclusive = left: right: !any (value: elem value right) left;
    naturalSort =
      list:
      let
        parts =
          text: map (part: if isList part then lib.toInt (head part) else part) (builtins.split "(0|[1-9][0-9]*)" text);
      in
      sort (a: b: compareLists lib.compare (parts a) (parts b) < 0) list;
    range = first: last: if first > last then [ ] else genList (i: first + i) (last - first + 1);
    remove = unwanted: filter (value: value != unwanted);
    replicate = n: value: genList (_: value) n;
    singleton = value: [ value ];
    sortOn = key: sort (a: b: key a < key b);
    subtractLists = unwanted: filter (value: !elem value unwanted);
    toList = value: if isList value then value else [ value ];
    zipLists = zipListsWith (fst: snd: { inherit fst snd; });
    zipListsWith =
      f: left: right:
      genList (i: f (elemAt left i) (elemAt right i)) (lib.min (length left) (length right));
  };

  strings = rec {
    concatImapStrings = f: list: concatStrings (imap1 f list);
    concatImapStringsSep = separator: f: list: concatStringsSep separator (imap1 f list);
    concatLines = concatMapStrings (line: line + "\n");
    concatMapAttrsStringSep = separator: f: set: concatStringsSep separator (mapAttrsToList f set);
    concatMapStrings = f: list: concatStrings (map f list);
    concatMapStringsSep = separator: f: list: concatStringsSep separator (map f list);
    concatStrings = concatStringsSep "";
    escape = characters: replaceStrings characters (map (c: "\\" + c) characters);
    escapeRegex = escape (stringToCharacters "\\[{()^$?*+|.");
    escapeShellArgs = lib.concatMapStringsSep " " lib.escapeShellArg;
    fixedWidthNumber = width: n: fixedWidthString width "0" (toString n);
    fixedWidthString =
      width: filler: text:
      if width <= stringLength text then text else filler + fixedWidthString (width - 1) filler text;
    floatToString = toString;
    getName = package: if builtins.isString package then (builtins.parseDrvName package).name else package.pname or (builtins.parseDrvName package.name).name;
    getVersion = package: if builtins.isString package then (builtins.parseDrvName package).version else package.version or (builtins.parseDrvName package.name).version;
    intersperse =
      separator: list:
      if list == [ ] || length list == 1 then
        list
      else
        tail (concatMap (value: [ separator value ]) list);
    isValidPosixName = name: builtins.match "[a-zA-Z_][a-zA-Z0-9_]*" name != null;
    join = concatStringsSep;
    makeLibraryPath = lib.makeSearchPath "lib";
    replaceChars = replaceStrings;
    replaceString = from: to: replaceStrings [ from ] [ to ];
    stringAsChars = f: text: concatMapStrings f (stringToCharacters text);
    toSentenceCase =
      text: lib.toUpper (substring 0 1 text) + lib.toLower (substring 1 (stringLength text) text);
    toShellVar =
      name: value:
      if isAttrs value && !(value ? outPath || value ? __toString) then
        "declare -A ${name}=(${
          concatMapAttrsStringSep " " (key: one: "[${lib.escapeShellArg key}]=${lib.escapeShellArg one}") value
        })"
      else if isList value then
        "declare -a ${name}=(${escapeShellArgs value})"
      else
        "${name}=${lib.escapeShellArg value}";
    toShellVars = concatMapAttrsStringSep "\n" toShellVar;
    versionAtLeast = version: wanted: !versionOlder version wanted;
    versionOlder = version: wanted: compareVersions wanted version == 1;
  };

  trivial = rec {
    and = x: y: x && y;
    boolToYesNo = value: if value then "yes" else "no";
    boolToString = value: if value then "true" else "false";
    concat = left: right: left ++ right;
    compare = a: b: if a < b then -1 else if a > b then 1 else 0;
    const = x: _: x;
    defaultTo = default: value: if value == null then default else value;
    fromHexString =
      text: (builtins.fromTOML "n = 0x${lib.removePrefix "0x" (lib.toLower text)}").n;
    flip = f: a: b: f b a;
    id = x: x;
    max = x: y: if x > y then x else y;
    mergeAttrs = left: right: left // right;
    min = x: y: if x < y then x else y;
    mapNullable = f: value: if value == null then value else f value;
    mod = base: n: base - n * (builtins.div base n);
    or = x: y: x || y;
    pipe = value: functions: foldl' (x: f: f x) value functions;
    toBaseDigits =
      base: n:
      if n < base then [ n ] else toBaseDigits base (builtins.div n base) ++ [ (mod n base) ];
    toFunction = value: if isFunction value then value else _: value;
    toHexString = n: lib.concatMapStrings (elemAt (stringToCharacters "0123456789ABCDEF")) (toBaseDigits 16 n);
    xor = x: y: if x then !y else y;
  };

  modules = {
    setDefaultModuleLocation = file: module: { _file = file; imports = [ module ]; };
  };

  stringsWithDeps = {
    fullDepEntry = text: deps: { inherit text deps; };
    noDepEntry = text: {
      inherit text;
      deps = [ ];
    };
    stringAfter = deps: text: { inherit text deps; };
  };

  generators = rec {
    mkKeyValueDefault =
      {
        mkValueString ? lib.generators.mkValueStringDefault { },
      }:
      separator: key: value:
      "${lib.escape [ separator ] key}${separator}${mkValueString value}";
    mkLuaInline = expr: {
      _type = "lua-inline";
      inherit expr;
    };
    toINI =
      {
        mkSectionName ? lib.escape [ "[" "]" ],
        mkKeyValue ? mkKeyValueDefault { } "=",
        listsAsDuplicateKeys ? false,
      }:
      sections:
      concatStringsSep "\n" (
        mapAttrsToList (
          name: keys: "[${mkSectionName name}]\n" + toKeyValue { inherit mkKeyValue listsAsDuplicateKeys; } keys
        ) sections
      );
    toINIWithGlobalSection =
      options:
      {
        globalSection,
        sections ? { },
      }:
      lib.optionalString (globalSection != { }) (
        toKeyValue (removeAttrs options [ "mkSectionName" ]) globalSection + "\n"
      )
      + toINI options sections;
    toJSON = _: builtins.toJSON;
    toKeyValue =
      {
        mkKeyValue ? mkKeyValueDefault { } "=",
        listsAsDuplicateKeys ? false,
        indent ? "",
      }:
      keys:
      lib.concatStrings (
        concatMap (
          key:
          map (value: indent + mkKeyValue key value + "\n") (
            if listsAsDuplicateKeys then lib.toList keys.${key} else [ keys.${key} ]
          )
        ) (attrNames keys)
      );
    toYAML = toJSON;
  };

  cli = rec {
    toGNUCommandLine =
      {
        mkOptionName ? name: if stringLength name == 1 then "-${name}" else "--${name}",
        mkBool ? name: value: lib.optional value (mkOptionName name),
        mkList ? name: concatMap (mkOption name),
        mkOption ?
          name: value:
          if value == null then
            [ ]
          else if optionValueSeparator == null then
            [ (mkOptionName name) (lib.generators.mkValueStringDefault { } value) ]
          else
            [ "${mkOptionName name}${optionValueSeparator}${lib.generators.mkValueStringDefault { } value}" ],
        optionValueSeparator ? null,
      }:
      options:
      concatMap (
        name:
        let
          value = options.${name};
        in
        (if builtins.isBool value then mkBool else if isList value then mkList else mkOption) name value
      ) (attrNames options);
    toGNUCommandLineShell = format: options: lib.escapeShellArgs (toGNUCommandLine format options);
    toCommandLine =
      format: options:
      concatMap (
        name:
        let
          inherit (format name)
            option
            sep
            explicitBool
            ;
          text = (format name).formatArg or (lib.generators.mkValueStringDefault { });
          one =
            value:
            if value == null then
              [ ]
            else if builtins.isBool value && !explicitBool then
              lib.optional value option
            else if sep == null then
              [ option (text value) ]
            else
              [ "${option}${sep}${text value}" ];
        in
        concatMap one (lib.toList options.${name})
      ) (attrNames options);
    toCommandLineShell = format: options: lib.escapeShellArgs (toCommandLine format options);
    toCommandLineGNU =
      {
        isLong ? name: stringLength name > 1,
        explicitBool ? false,
        formatArg ? lib.generators.mkValueStringDefault { },
      }:
      toCommandLine (name: {
        option = if isLong name then "--${name}" else "-${name}";
        sep = if isLong name then "=" else "";
        inherit explicitBool formatArg;
      });
    toCommandLineShellGNU = format: options: lib.escapeShellArgs (toCommandLineGNU format options);
  };

  fixedPoints = rec {
    converge =
      f: x:
      let
        next = f x;
      in
      if next == x then x else converge f next;
    composeExtensions =
      f: g: final: prev:
      let
        first = f final prev;
      in
      first // g final (prev // first);
    composeManyExtensions = lib.foldr composeExtensions (_: _: { });
    extends =
      overlay: base: final:
      let
        prev = base final;
      in
      prev // overlay final prev;
    fix =
      f:
      let
        x = f x;
      in
      x;
    fix' =
      f:
      let
        x = f x // { __unfix__ = f; };
      in
      x;
    makeExtensible = makeExtensibleWithCustomName "extend";
    makeExtensibleWithCustomName =
      name: base:
      fix' (
        final: (base final) // { ${name} = overlay: makeExtensibleWithCustomName name (extends overlay base); }
      );
  };

  versions = {
    major = version: elemAt (splitVersion version) 0;
    majorMinor =
      version: concatStringsSep "." (lib.take 2 (splitVersion version));
    minor = version: elemAt (splitVersion version) 1;
    patch = version: elemAt (splitVersion version) 2;
  };

  filesystem = rec {
    listFilesRecursive =
      dir:
      lib.concatLists (
        mapAttrsToList (
          name: type:
          if type == "directory" then listFilesRecursive (dir + "/${name}") else [ (dir + "/${name}") ]
        ) (builtins.readDir dir)
      );
  };

  top = {
    # An overlay that is not in sight adds functions, and changes none of those that are here.
    extend =
      let
        extended =
          prev: overlay:
          let
            final =
              prev
              // { nixosSystem = args: prev.nixosSystem ({ lib = final; } // args); } # nixpkgs: flake.nix
              // certain (overlay final prev)
              // { extend = extended final; };
          in
          final;
      in
      extended lib;
  };
}
