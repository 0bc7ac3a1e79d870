# Modules found by listing folders, imported with arguments, and shared helpers.
{ lib, ... }:
let
  here = builtins.readDir ./services;
  nixFiles = lib.filterAttrs (name: type: type == "regular" && lib.hasSuffix ".nix" name) here;
  own = import ./lib { inherit lib; };
in
{
  imports =
    map (name: ./services + "/${name}") (builtins.attrNames nixFiles)
    ++ lib.mapAttrsToList (name: _: import (./parts + "/${name}") { inherit own name; }) (builtins.readDir ./parts)
    ++ lib.filter (lib.hasSuffix ".nix") (lib.filesystem.listFilesRecursive ./deep)
    ++ [ (import ./options.nix) (lib.modules.importApply ./applied.nix { suffix = "z"; }) ./folder ];
  _module.args.own = own;
  my.jobs = [ "one" "two" ];
}
