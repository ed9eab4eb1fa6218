import Foundation
import Synchronization

/// A reader of the Maildir, who moves every message away at once: so a message that is delivered twice shows.
final class MailReader: Sendable {
  private let maildir: Maildir
  private let found = Mutex<[String: Int]>([:])
  private let isOver = Mutex(false)

  init(_ maildir: Maildir) { self.maildir = maildir }

  /// How often each message came, by its id.
  var arrivals: [String: Int] { found.withLock { $0 } }

  func end() { isOver.withLock { $0 = true } }

  func run() async {
    while !isOver.withLock({ $0 }) {
      look()
      try? await Task.sleep(for: .milliseconds(20))
    }
    look()
  }

  private func look() {
    for name in (try? FileManager.default.contentsOfDirectory(atPath: maildir.path + "/new")) ?? [] {
      // It may be there already: then this one is the repeat.
      guard rename("\(maildir.path)/new/\(name)", "\(maildir.path)/cur/\(name):2,S") == 0 else { continue }
      found.withLock { $0[name, default: 0] += 1 }
    }
  }
}
