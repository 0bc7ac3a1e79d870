{ imports = [ ../deep/z.nix ./extra.nix ]; }
