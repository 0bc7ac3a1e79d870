# Valid modules in shapes that are rare.
{ lib, ... }:
{
  imports = map (name: ./. + "/${name}") (
    lib.filter (name: name != "configuration.nix") (builtins.attrNames (builtins.readDir ./.))
  );
}
