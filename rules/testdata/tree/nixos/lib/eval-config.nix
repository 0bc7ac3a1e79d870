# A small NixOS: the modules of ../modules and the given ones, and units made of
# systemd.services as NixOS makes them.
{ system, modules }:
let
  lib = import ../../lib;
  folder = ../modules;
  files = map (f: folder + "/${f}") (builtins.filter (f: builtins.match ".*\\.nix" f != null) (builtins.attrNames (builtins.readDir folder)));
  load = m:
    let
      v = if builtins.isFunction m then m { inherit lib config; options = { }; pkgs = { nodejs-slim = "/nodejs-slim"; }; }
        else if builtins.isAttrs m then m
        else load (import m) // { _file = toString m; };
    in
    { options = { }; config = removeAttrs v [ "options" "_file" ]; _file = "?"; } // v;
  loaded = map load (files ++ modules);

  isSet = v: builtins.isAttrs v && !(v ? _type) && (v.type or null) != "derivation";
  declare = file: builtins.mapAttrs (_: o: if isSet o then declare file o else o // { declarations = [ file ]; });
  merge = builtins.zipAttrsWith (_: all: if builtins.all isSet all then merge all else builtins.head all);
  options = merge (map (m: declare m._file m.options) loaded);

  # Conditions and priorities go down to the values, so that names depend on none.
  push = d:
    if d._type or "" == "merge" then builtins.concatMap push d.contents
    else if d ? content then
      map (c: if isSet c then builtins.mapAttrs (_: v: d // { content = v; }) c else d // { content = c; }) (push d.content)
    else [ d ];
  leaf = d:
    if d._type or "" == "if" then (if d.condition then leaf d.content else [ ])
    else if d._type or "" == "override" then map (l: l // { inherit (d) priority; }) (leaf d.content)
    else [ { priority = 100; value = d; } ];
  nothing = { _type = "nothing"; };
  value = defs:
    let
      pushed = builtins.concatMap push defs;
      leaves = builtins.concatMap leaf pushed;
      first = builtins.foldl' (p: l: if l.priority < p then l.priority else p) 9999 leaves;
      winners = map (l: l.value) (builtins.filter (l: l.priority == first) leaves);
    in
    if pushed != [ ] && builtins.all isSet pushed then builtins.zipAttrsWith (_: value) pushed
    else if winners == [ ] then nothing
    else if builtins.all builtins.isList winners then builtins.concatLists winners
    else builtins.head winners;
  defaults = builtins.mapAttrs (_: o: if isSet o then defaults o else lib.mkOverride 1500 o.default or nothing);
  config = value ([ (defaults options) ] ++ map (m: m.config) loaded);

  some = set: lib.concatMapAttrs (n: v: if v == nothing then { } else { ${n} = v; }) set;
  text = v: if builtins.isBool v then (if v then "true" else "false") else toString v;
  section = set: builtins.concatStringsSep "" (lib.concatMap
    (n: map (v: "${n}=${text v}\n") (if builtins.isList set.${n} then set.${n} else [ set.${n} ]))
    (builtins.attrNames (some set)));
  service = s: {
    enable = s.enable or true;
    text = "[Unit]\n" + section (lib.optionalAttrs (s ? description) { Description = s.description; }
      // lib.optionalAttrs (s ? after) { After = builtins.concatStringsSep " " s.after; } // s.unitConfig or { })
      + "\n[Service]\n" + section (s.serviceConfig or { });
  };
  units = set: lib.concatMapAttrs
    (n: s: if some (s.serviceConfig or { }) == { } then { } else { "${n}.service" = service s; }) (set.services or { });
in
{
  inherit options;
  config = config // {
    systemd.units = units config.systemd;
    systemd.user.units = units (config.systemd.user or { });
  };
}
