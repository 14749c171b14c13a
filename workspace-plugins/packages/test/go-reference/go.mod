module example.org/go-reference

go 1.21
