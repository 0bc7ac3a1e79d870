# A NixOS with many services, and the texts of its units. A service that the tree
# does not have is left out.
{ src }:
let
  lib = import (src + "/lib");
  enabled = [
    "openssh" "nginx" "postgresql" "redis" "unbound" "bind" "dovecot2" "grafana" "prometheus"
    "loki" "syncthing" "transmission" "jellyfin" "minidlna" "samba" "vsftpd" "murmur" "avahi" "acpid"
    "fwupd" "thermald" "upower" "udisks2" "fstrim" "locate" "atd" "cron" "openntpd" "memcached" "rabbitmq"
    "elasticsearch" "influxdb" "zookeeper" "etcd" "consul" "i2pd" "privoxy" "radicale" "gitea" "cgit" "tlp"
    "mpd" "pcscd" "rpcbind" "saned" "uptimed" "vnstat" "ntp" "zerotierone" "monit"
  ];
  # Tools that others are built with, and that need all of Haskell.
  fake = name: derivation { inherit name; system = "x86_64-linux"; builder = "/bin/sh"; } // {
    compiler.bootstrapAvailable = false; meta = { }; version = "1"; override = _: fake name;
  };
  configuration = { options, ... }: {
    networking.hostName = "host";
    networking.domain = "example.org";
    fileSystems."/" = { device = "/dev/sda"; fsType = "ext4"; };
    boot.loader.grub.enable = false;
    documentation.enable = false;
    nixpkgs.config = { allowUnfree = true; allowBroken = true; allowUnsupportedSystem = true; };
    nixpkgs.overlays = [ (_: _: { pandoc = fake "pandoc"; shellcheck = fake "shellcheck"; shellcheck-minimal = fake "shellcheck"; }) ];
    services = lib.genAttrs (builtins.filter (n: options.services ? ${n} && options.services.${n} ? enable) enabled) (_: { enable = true; });
    systemd.services.off = { enable = false; script = "true"; };
    systemd.services."template@" = { aliases = [ "other@.service" ]; serviceConfig.ExecStart = "/bin/true %i"; };
    systemd.user.services.mine.serviceConfig.ExecStart = "/bin/true";
  };
  config = (import (src + "/nixos/lib/eval-config.nix") { system = "x86_64-linux"; modules = [ configuration ]; }).config;
  texts = lib.mapAttrs (_: u: if u.enable then u.text else null);
in {
  # Not the whole system: what it is booted with is not asked for here.
  system = config.environment.etc."systemd/system".source;
  user = config.environment.etc."systemd/user".source;
  texts.system = builtins.unsafeDiscardStringContext (builtins.toJSON (texts config.systemd.units));
  texts.user = builtins.unsafeDiscardStringContext (builtins.toJSON (texts config.systemd.user.units));
}
