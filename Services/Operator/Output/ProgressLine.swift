import Foundation

/// How far long work has come, on the standard error: a bar that is drawn over on a terminal, a line now and then
/// elsewhere. Short work says nothing.
final class ProgressLine {
  private let label: String
  private let isTerminal: Bool
  private let start = ContinuousClock.now
  private var last: ContinuousClock.Instant?
  private var isShown = false

  init(_ label: String) {
    self.label = label
    isTerminal = Console.isErrorATerminal
  }

  /// - Parameter detail: what stands behind the bar.
  func update(_ done: Int64, of total: Int64, _ detail: String = "") {
    let now = ContinuousClock.now
    guard now - start > .milliseconds(500) else { return }
    guard last.map({ now - $0 > (isTerminal ? .milliseconds(100) : .seconds(5)) }) ?? true else { return }
    last = now
    isShown = true
    let share = total > 0 ? min(1, Double(done) / Double(total)) : 0
    let percent = String(Int(share * 100))
    let tail = detail.isEmpty ? "\(done)/\(total)" : detail
    if isTerminal {
      let filled = Int(share * 30)
      let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: 30 - filled)
      Console.standardError("\r\u{1B}[K\(label) \(bar) \(percent) % \(tail)")
    } else {
      Console.standardError("\(label): \(percent) % \(tail)\n")
    }
  }

  /// Takes the bar away.
  func finish() {
    if isShown, isTerminal { Console.standardError("\r\u{1B}[K") }
  }
}
