{
  networking.useNetworkd = true;

  systemd.network = {
    enable = true;
    # The address is static: there is nothing to wait for.
    wait-online.enable = false;

    networks."10-wan" = {
      matchConfig.Name = "enp1s0";
      address = [ "192.0.2.10/24" ];
      routes = [ { Gateway = "192.0.2.1"; } ];
    };
  };
}
