# The options below some paths in a checkout of nixpkgs, one a line with its type:
# "systemd.services.*.wantedBy", a tab, "listOf". "*" is any name. An option that takes
# further names, as a freeform module or a set of values does, has the type "freeform" or
# "attrsOf".
{ tree, paths }:
let
  lib = import (tree + "/lib");
  options = (import (tree + "/nixos") { configuration = { }; }).options;
  nameOf = part: if part == "<name>" || part == "*" then "*" else part;
  isFreeform = type: (type.nestedTypes.freeformType or null) != null;
  typeOf = type: if isFreeform type then "freeform" else type.name or "unspecified";
  # what mkRemovedOptionModule declares, so that it can say what to do instead
  isRemoved = o: o.visible or true == false && (o.type.name or "unspecified") == "unspecified";
  walk =
    depth: set:
    lib.concatMap (
      name:
      let
        o = set.${name};
      in
      if name == "_module" || depth > 8 || !builtins.isAttrs o || o._type or "" == "option" && isRemoved o then
        [ ]
      else if o._type or "" == "option" then
        [ "${lib.concatMapStringsSep "." nameOf o.loc}\t${typeOf (o.type or { })}\n" ]
        ++ walk (depth + 1) ((o.type or { }).getSubOptions or (_: { }) o.loc)
      else
        walk (depth + 1) o
    ) (builtins.attrNames set);
in
lib.concatStrings (lib.concatMap (path: walk 0 (lib.attrByPath path { } options)) paths)
