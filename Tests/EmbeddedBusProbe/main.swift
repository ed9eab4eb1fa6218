// One process on an embedded bus, for tests and benchmarks that need several, or need one to be killed.
//
//   EmbeddedBusProbe <what> <log file> [argument ...]
//
// It says what it did in lines on standard output. Tests read them as they come.

import EmbeddedBus
import Foundation
import TopicBus

let arguments = CommandLine.arguments.dropFirst()
guard let what = arguments.first, let path = arguments.dropFirst().first else {
  say("usage: EmbeddedBusProbe <open|append|work|hold|watch|idle> <log file> [argument ...]")
  exit(2)
}
let rest = Array(arguments.dropFirst(2))

do {
  let bus = try await EmbeddedBus(path: path)
  switch what {
  case "open": try await Probe.open(bus)
  case "append":
    try await Probe.append(bus, name: rest.first ?? "", seconds: rest.dropFirst().first.flatMap(Double.init))
  case "work": try await Probe.work(bus, count: rest.first.flatMap(Int.init) ?? 40)
  case "hold": try await Probe.hold(bus, instance: rest.first ?? "holder")
  case "watch": try await Probe.watch(bus, count: rest.first.flatMap(Int.init) ?? 100)
  case "idle": try await Probe.idle(bus, instance: rest.first ?? "idler")
  default: say("unknown: \(what)")
  }
  await bus.close()
  say("done")
} catch {
  say("failed: \(error)")
  exit(1)
}
