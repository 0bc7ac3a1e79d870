# Services that need what a strict baseline takes away, by their own text, and say so.
{ lib, pkgs, ... }:
let
  runs = import ./functions/runs.nix;
in
{
  systemd.services.keys.serviceConfig = {
    ExecStart = "/bin/keys --device /dev/uinput";
    PrivateDevices = false;
  };
  systemd.services.lights.serviceConfig = {
    ExecStart = "/bin/lights";
    DeviceAllow = [ "/dev/ttyUSB0 rw" ];
  };
  systemd.services.port.serviceConfig = {
    ExecStart = "/bin/port";
    AmbientCapabilities = [ "CAP_NET_BIND_SERVICE" ];
    PrivateUsers = false;
  };
  systemd.services.inverter.serviceConfig = {
    ExecStart = "${lib.getExe pkgs.nodejs-slim} app.js";
    MemoryDenyWriteExecute = false;
  };
  # The same text defines both, and only one of them needs it.
  systemd.services.plain = runs "/bin/plain";
  systemd.services.script = runs "/bin/node script.js";
}
