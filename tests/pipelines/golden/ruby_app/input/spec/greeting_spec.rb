require_relative "../app/greeting"
RSpec.describe("greeting") { it { expect(greeting("you")).to eq("Hello, you") } }
