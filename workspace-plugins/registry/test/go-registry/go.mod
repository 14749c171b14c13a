module slipway.invalid/go-registry

go 1.18

require github.com/google/go-containerregistry v0.14.0
