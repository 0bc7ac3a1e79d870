// Command standin is two small programs that the harness needs: the backend
// that proxies under test talk to, and a stand-in for cloudflared, which does
// what a tunnel's client does and reports what works.
package main

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"runtime"
	"syscall"
	"time"
)

func main() {
	var err error
	if len(os.Args) > 1 && os.Args[1] == "backend" {
		err = backend()
	} else {
		err = tunnel(os.Args[len(os.Args)-1])
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// backend answers every request, and says where its process is.
func backend() error {
	if err := os.WriteFile("/run/backend.pid", []byte(fmt.Sprintln(os.Getpid())), 0o644); err != nil {
		return err
	}
	answer := func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "backend-ok") }
	return http.ListenAndServe("127.0.0.1:9000", http.HandlerFunc(answer))
}

// tunnel checks what a tunnel's client needs, and serves the result. Its last
// argument is the file that has the token.
func tunnel(token string) error {
	var failed error
	for _, check := range []func() error{
		func() error { _, err := os.ReadFile(token); return err },
		func() error { _, err := os.Hostname(); return err },
		resolve, authorities, dial, datagrams, threads,
	} {
		failed = errors.Join(failed, check())
	}
	http.HandleFunc("/ready", func(w http.ResponseWriter, _ *http.Request) {
		if failed != nil {
			http.Error(w, failed.Error(), http.StatusInternalServerError)
			return
		}
		fmt.Fprintln(w, "tunnel-ok")
	})
	listener, err := net.Listen("tcp", "127.0.0.1:20241")
	if err != nil {
		return err
	}
	go func() { _ = http.Serve(listener, nil) }()
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM, syscall.SIGINT)
	<-stop
	return nil
}

func resolve() error {
	r := &net.Resolver{PreferGo: true}
	_, err := r.LookupHost(context.Background(), "localhost")
	return err
}

func authorities() error {
	_, err := x509.SystemCertPool()
	return err
}

func dial() error {
	c, err := net.DialTimeout("tcp", "127.0.0.1:9000", time.Second)
	if err != nil {
		return err
	}
	return c.Close()
}

// datagrams does what a QUIC library does with its socket.
func datagrams() error {
	c, err := net.ListenUDP("udp", &net.UDPAddr{})
	if err != nil {
		return err
	}
	defer func() { _ = c.Close() }()
	_ = c.SetReadBuffer(7 << 20) // a smaller buffer will do
	_, err = c.WriteTo([]byte("x"), &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 9999})
	return err
}

// threads makes the runtime start threads.
func threads() error {
	for range 32 {
		go func() { runtime.LockOSThread(); time.Sleep(time.Second) }()
	}
	return nil
}
