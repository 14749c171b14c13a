def greeting(name) = "Hello, #{name}"
