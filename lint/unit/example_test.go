package unit_test

import (
	"context"
	"fmt"
	"log"
	"testing/fstest"

	"wardnix/lint/nixos"
	"wardnix/lint/unit"
)

func Example() {
	files := fstest.MapFS{"web.nix": {Data: []byte(`{
  systemd.services.web = {
    script = "exec nginx -c /etc/web.conf";
    serviceConfig = {
      User = "web";
      AmbientCapabilities = "CAP_NET_BIND_SERVICE";
      RestrictAddressFamilies = "AF_INET AF_INET6";
    };
  };
}
`)}}
	project, err := nixos.Load(context.Background(), nixos.Options{FS: files})
	if err != nil {
		log.Fatal(err)
	}
	for _, part := range unit.NewWorld(project, nil, nil).Parts {
		for _, u := range part.Units {
			fmt.Println(u.Name, "runs as root:", u.RunsAs().Root())
			for _, c := range u.Commands() {
				fmt.Println("runs", c.Program(), c.Args())
			}
			for _, what := range []string{"CAP_NET_BIND_SERVICE", "CAP_SYS_ADMIN", "AF_INET", "AF_UNIX", "mount"} {
				fmt.Println("may use", what+":", u.Allows(what))
			}
		}
	}
	// Output:
	// web.service runs as root: false
	// runs web-start []
	// runs nginx [-c /etc/web.conf]
	// may use CAP_NET_BIND_SERVICE: yes
	// may use CAP_SYS_ADMIN: no
	// may use AF_INET: yes
	// may use AF_UNIX: no
	// may use mount: yes
}
