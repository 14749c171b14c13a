module example.org/go-aigg

go 1.21
