# Functions of flakes that lay configurations out, as far as they decide which modules a host has.
{ lib, perSystem }:
let
  inherit (lib) hasPrefix hasSuffix mapAttrs' nameValuePair removeSuffix;
  entries = dir: lib.filterAttrs (name: _: !(hasPrefix "_" name || hasPrefix "." name)) (builtins.readDir dir);
  # What is below a directory: a set for each directory, and leaf for each file.
  tree =
    { isLeaf, leaf }:
    let
      below =
        dir:
        mapAttrs' (
          name: type:
          let
            at = dir + "/${name}";
          in
          nameValuePair (removeSuffix ".nix" name) (if type != "directory" || isLeaf at then leaf at else below at)
        ) (lib.filterAttrs (name: type: type == "directory" || hasSuffix ".nix" name) (entries dir));
    in
    below;
in
{
  flake-parts = {
    withSystem = system: f: f (perSystem // { inherit system; });
    moduleWithSystem = f: args: f perSystem args;
  };
  # github:nix-community/haumea, src/load.nix and src/loaders
  haumea = rec {
    loaders = {
      default =
        inputs: file:
        let
          value = import file;
        in
        if builtins.isFunction value then value (builtins.intersectAttrs (builtins.functionArgs value) inputs) else value;
      verbatim = _: import;
      path = _: file: file;
    };
    load =
      {
        src,
        loader ? loaders.default,
        inputs ? { },
      }:
      tree {
        isLeaf = _: false;
        leaf = loader inputs;
      } src;
  };
  # github:divnix/digga, src/importers.nix
  digga = rec {
    importHosts = dir: { hosts = builtins.mapAttrs (_: file: { modules = [ file ]; }) (rakeLeaves dir); };
    rakeLeaves = tree {
      isLeaf = dir: builtins.pathExists (dir + "/default.nix");
      leaf = file: file;
    };
  };
}
