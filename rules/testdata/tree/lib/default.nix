# As much of nixpkgs' lib as the modules here and ../../systems.nix use.
rec {
  inherit (builtins) concatMap concatStringsSep;
  inherit (builtins) mapAttrs removeAttrs;
  genAttrs = names: f: builtins.listToAttrs (map (name: { inherit name; value = f name; }) names);
  optional = yes: v: if yes then [ v ] else [ ];
  optionalAttrs = yes: v: if yes then v else { };
  last = list: builtins.elemAt list (builtins.length list - 1);
  findFirst = f: default: list: builtins.head (builtins.filter f list ++ [ default ]);
  mergeAttrsList = builtins.foldl' (a: b: a // b) { };
  concatMapAttrs = f: set: mergeAttrsList (map (n: f n set.${n}) (builtins.attrNames set));
  getExe = package: "${package}/bin/x";
  mapAttrsToList = f: set: map (n: f n set.${n}) (builtins.attrNames set);
  mapAttrs' = f: set: builtins.listToAttrs (map (n: f n set.${n}) (builtins.attrNames set));
  nameValuePair = name: value: { inherit name value; };
  setAttrByPath = path: v: builtins.foldl' (v: n: { ${n} = v; }) v (reverse path);
  reverse = builtins.foldl' (done: v: [ v ] ++ done) [ ];
  attrByPath = path: default: set:
    builtins.foldl' (set: n: if builtins.isAttrs set && set ? ${n} then set.${n} else default) set path;

  mkIf = condition: content: { _type = "if"; inherit condition content; };
  mkMerge = contents: { _type = "merge"; inherit contents; };
  mkOverride = priority: content: { _type = "override"; inherit priority content; };
  mkDefault = mkOverride 1000;
  mkForce = mkOverride 50;
  mkOption = o: { _type = "option"; } // o;
  mkEnableOption = _: mkOption { type = types.bool; default = false; };
  types = {
    str = { name = "str"; check = builtins.isString; };
    bool = { name = "bool"; check = builtins.isBool; };
    submodule = m: { name = "submodule"; check = builtins.isAttrs; getSubOptions = _: m.options; };
    attrsOf = elemType: { name = "attrsOf"; check = builtins.isAttrs; nestedTypes = { inherit elemType; }; };
  };
}
