# Systems in which what modules define is switched on, and the texts of their units.
#
#   nix-instantiate --eval --strict --json systems.nix --arg tree TREE -A switches --argstr files '[ "/…/web.nix" ]'
#   nix-instantiate --eval --strict --json systems.nix --arg tree TREE -A units --argstr on '[ [ "services" "web" ] ]'
#
# With a tree of nixpkgs. It may be trimmed: what is missing is missing in some units.
{
  tree,
  files ? "[ ]", # whose switches are asked for
  imports ? "[ ]", # modules that are not of the tree
  on ? "[ ]", # what is switched on
  how ? "instances",
  skip ? "[ ]", # units that Nix gives up at
}:
let
  lib = import (tree + "/lib");
  wanted = lib.genAttrs (builtins.fromJSON files) (_: true);
  imported = builtins.fromJSON imports;

  # A package without anything to build.
  nothing = derivation { name = "nothing"; system = "x86_64-linux"; builder = "/bin/sh"; };
  base = {
    _module.check = false; # what a trimmed tree lacks is no mistake
    networking.hostName = "host";
    networking.domain = "example.org";
    fileSystems."/" = {
      device = "/dev/sda";
      fsType = "ext4";
    };
    boot.loader.grub.enable = false;
    documentation.enable = false;
    security.acme.acceptTerms = true;
    security.acme.defaults.email = "root@example.org";
    nixpkgs.config = {
      allowUnfree = true;
      allowBroken = true;
      allowUnsupportedSystem = true;
      allowInsecurePredicate = _: true;
    };
  };
  system = more: import (tree + "/nixos/lib/eval-config.nix") (
    {
      system = "x86_64-linux";
      modules = [ base ] ++ imported ++ more;
    }
    // lib.optionalAttrs (imported != [ ]) { specialArgs = foreign; }
  );
  # What such modules take besides what every module is given: nothing is in it.
  foreign = removeAttrs (together (map argumentsOf imported)) [
    "config" "options" "lib" "pkgs" "utils" "modulesPath" "specialArgs" "extendModules"
  ];
  argumentsOf = file: let m = import file; in
    if builtins.isFunction m then builtins.mapAttrs (_: _: { }) (builtins.functionArgs m) else { };

  # These two are not in the lib of old releases.
  together = builtins.foldl' (a: b: a // b) { };
  concatMapAttrs = f: set: together (lib.mapAttrsToList f set);
  try = default: value: let r = builtins.tryEval value; in if r.success then r.value else default;
  isOption = o: builtins.isAttrs o && o._type or "" == "option";
  namesOf = set: builtins.filter (n: n != "_module" && n != "_freeformOptions") (builtins.attrNames set);

  # Where the wanted files declare what can be switched on: an option "enable", or a set of instances.
  empty = (system [ ]).options;
  declaredHere = o: builtins.filter (d: wanted ? ${toString d}) (o.declarations or [ ]);
  isSwitch = name: o: name == "enable" || instanceOf o.type != null;
  switches = depth: path: set:
    lib.concatMap (n: try [ ] (
      let
        o = set.${n};
        files = declaredHere o;
        found = {
          on = if n == "enable" then path else path ++ [ n ];
          file = toString (builtins.head files);
        };
      in
      if isOption o then
        (let r = lib.optional ((o.visible or true) != false && files != [ ] && isSwitch n o) found; in builtins.deepSeq r r)
      else if builtins.isAttrs o && depth > 0 then
        switches (depth - 1) (path ++ [ n ]) o
      else
        [ ]
    )) (namesOf set);

  # What has to be set where an option has no default, of whatever type.
  samples = o: [
    (lib.last (o.loc or [ "x" ])) "x" "/var/lib/x" "https://example.org" "root@example.org" "192.0.2.1" 1234 1 true [ ] { } null
    nothing
  ];
  sample = o:
    let inherit (o) type; in
    if type.name == "enum" then
      builtins.head (type.functor.payload.values or type.functor.payload)
    else
      lib.findFirst (v: try false (type.check v)) null (samples o);
  # The type of instances, where an option holds some that are told by name.
  elementOf = type: type.nestedTypes.elemType or type.functor.wrapped or { };
  instanceOf = type:
    let element = elementOf type; in
    if type.name == "nullOr" then instanceOf element
    else if builtins.elem type.name [ "attrsOf" "lazyAttrsOf" ] && element.name or "" == "submodule" then element
    else null;
  weakly = lib.mkOverride 1400; # gives way to all but the default
  fill = depth: set:
    concatMapAttrs (n: o: try { } (
      let v = if n == "enable" && isOption o then lib.mkOverride 60 true else fillOption depth o; in
      builtins.seq v (lib.optionalAttrs (v != null) { ${n} = v; })
    )) (lib.genAttrs (namesOf set) (n: set.${n}));
  fillOption = depth: o:
    if depth == 0 then null
    else if !isOption o then (if builtins.isAttrs o then fill (depth - 1) o else null)
    else if o.readOnly or false || (o.visible or true) == false then null
    else if how == "instances" && instanceOf o.type != null then
      { one = fill (depth - 1) ((instanceOf o.type).getSubOptions [ ]); }
    else if o.type.name == "submodule" then fillSettings depth o
    else if o ? default then null
    else weakly (sample o);
  fillSettings = depth: o:
    let v = required (depth - 1) (o.type.getSubOptions [ ]); in
    if v == { } && o ? default then null else v;
  # As fill, but switches nothing on.
  required = depth: set: removeAttrs (fill depth set) [ "enable" ];

  switchOn = path:
    let o = lib.attrByPath path { } empty; in
    {
      _file = lib.concatStringsSep "." path;
      config = lib.setAttrByPath path (
        if isOption o then { one = fill 6 ((instanceOf o.type).getSubOptions [ ]); }
        else if how == "only" then { enable = lib.mkOverride 60 true; }
        else fill 6 o
      );
    };
  plain = t: builtins.unsafeDiscardStringContext (toString t);
  skipped = lib.genAttrs (builtins.fromJSON skip) (_: true);
  textsOf = lib.mapAttrs (name: u: if skipped ? ${name} then null else try null (let t = if u.enable then plain u.text else "masked"; in builtins.seq t t));
  config = (system (map switchOn (builtins.fromJSON on))).config;
in
{
  switches = switches 7 [ ] empty;
  units = {
    system = textsOf config.systemd.units;
    user = textsOf config.systemd.user.units;
  };
}
