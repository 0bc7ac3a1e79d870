{ lib }:
rec {
  harden = import ./harden.nix;
  service = attrs: { serviceConfig = harden // attrs; };
  many = f: names: lib.listToAttrs (map (n: lib.nameValuePair n (f n)) names);
}
