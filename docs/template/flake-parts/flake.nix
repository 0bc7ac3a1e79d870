{
  description = "NixOS machines";

  inputs = {
    nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";
    flake-parts.url = "github:hercules-ci/flake-parts";
    wardnix = {
      url = "git+file:///opt/wardnix";
      inputs.nixpkgs.follows = "nixpkgs";
    };
  };

  outputs =
    inputs:
    inputs.flake-parts.lib.mkFlake { inherit inputs; } {
      imports = [ inputs.wardnix.flakeModule ];

      systems = builtins.attrNames inputs.wardnix.packages;

      # nix flake check, nix run .#lint, nix run .#lint -- --write
      perSystem.wardnix.enable = true;
    };
}
