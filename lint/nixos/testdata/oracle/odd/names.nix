{ lib, ... }:
let
  name = "names";
  key = "PrivateTmp";
in
{
  systemd.services."${name}".serviceConfig = {
    ${key} = true;
    "ExecStart" = "/bin/${name}";
    ${if false then "User" else null} = "x";
    ${if true then "Nice" else null} = 1;
  };
}
