{ ... }:
{
  imports = [
    ./containers/cloudflared.nix
    ./modules/network.nix
    ./modules/systemd.nix
  ];

  networking.hostName = "server";

  boot.kernelParams = [
    "boot.panic_on_fail"
    "panic=1"
    "hibernate=no"
  ];
  boot.kernel.sysctl."kernel.kexec_load_disabled" = 1;

  system.stateVersion = "25.11";
}
