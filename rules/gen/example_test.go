package gen_test

import (
	"fmt"
	"log"

	"wardnix/lint/nixos"
	"wardnix/rules/gen"
)

func ExampleServer() {
	m, err := gen.Server(gen.Target{Release: nixos.Release{Year: 25, Month: 5}})
	if err != nil {
		log.Fatal(err)
	}
	text, err := m.WithoutComments().Text()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(text)
	// Output:
	// {
	//   systemd.services.systemd-journald.serviceConfig = {
	//     UMask = "0077";
	//     PrivateNetwork = true;
	//     ProtectHostname = true;
	//     ProtectKernelModules = true;
	//   };
	//
	//   systemd.enableEmergencyMode = false;
	//
	//   boot.initrd.systemd.suppressedUnits = [
	//     "emergency.service"
	//     "emergency.target"
	//   ];
	//
	//   systemd.services = {
	//     pre-sleep.enable = false;
	//     prepare-kexec.enable = false;
	//     systemd-rfkill.enable = false;
	//     systemd-hibernate-clear.enable = false;
	//     systemd-networkd-wait-online.enable = false;
	//   };
	//
	//   systemd.network.wait-online.enable = false;
	//
	//   systemd.watchdog = {
	//     runtimeTime = "15s";
	//     rebootTime = "30s";
	//     kexecTime = "1m";
	//   };
	//
	//   systemd.sockets.systemd-rfkill.enable = false;
	// }
}

func ExampleFromUnit() {
	unit := gen.Source{Name: "hello.service", Text: []byte(`[Unit]
After=network.target

[Service]
# Says hello to the world.
ExecStart=/bin/hello world
Environment=LANG=C "WHO=all of you"
CapabilityBoundingSet=
`)}
	m, err := gen.FromUnit("hello.service", &unit, nil, gen.Target{})
	if err != nil {
		log.Fatal(err)
	}
	text, err := m.Text()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(text)
	// Output:
	// {
	//   systemd.services.hello = {
	//     after = [ "network.target" ];
	//
	//     environment = {
	//       LANG = "C";
	//       WHO = "all of you";
	//     };
	//
	//     serviceConfig = {
	//       # Says hello to the world.
	//       ExecStart = "/bin/hello world";
	//       CapabilityBoundingSet = "";
	//     };
	//   };
	// }
}

func ExampleService() {
	m, err := gen.Service(gen.ServiceOptions{
		Name: "site", Exec: "${pkgs.caddy}/bin/caddy run", Class: "web-server", Ports: []int{8080}, StateDir: "site",
	})
	if err != nil {
		log.Fatal(err)
	}
	a, err := m.Assess(gen.Target{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(m.Unit, a.High)
	// Output:
	// site.service 1.1
}
