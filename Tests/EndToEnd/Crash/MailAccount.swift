import CooperationModel
import OutsideWorld
import ServiceKit

/// What a mail server took over, held against what the log says of each message.
///
/// A mail and its note cannot be one step: between the server's taking it and the note's commit, whoever sent it may die.
/// So messages may be repeated, each with its own Message-ID. What holds:
///
/// 1. Of the mails of one message, one needs no excuse. Every other one has a note that “it may have arrived” (the
///    connection broke before the server's answer), or was sent by a process that was killed before the last of them
///    came. Nothing else excuses a repeat: not a stop, not a pause, not a full disk, not a partition that went to another.
/// 2. Nothing is sent after its delivery was noted. (What a process sent may be taken after its death: the server was
///    slow to read.)
/// 3. One death loses the notes of what was in flight, and no more: `StepLimits.intents` messages.
struct MailAccount {
  /// How many messages the server took.
  let messages: Int
  /// How many more mails it took than messages.
  let repeats: Int
  /// Messages that were taken in spite of an attempt that failed.
  var retried = 0
  /// Messages that failed and are to be tried again.
  var waiting = 0
  private let taken: [String: [SMTPServer.Taken]]
  private var uncertain: [String: Int] = [:]
  private var delivered: [String: Int64] = [:]

  init(_ taken: [SMTPServer.Taken], history: [(key: MessageID, value: OutboundMessage?)]) {
    self.taken = Dictionary(grouping: taken, by: \.message)
    messages = self.taken.count
    repeats = taken.count - messages
    var last: [MessageID: OutboundMessage] = [:]
    for (id, message) in history {
      last[id] = message
      guard let message, let outcome = message.outcome else { continue }
      if message.status == .delivered { delivered[id.rawValue] = outcome.at.milliseconds }
      if outcome.detail.contains("it may have arrived") { uncertain[id.rawValue, default: 0] += 1 }
    }
    retried = last.values.count { $0.status == .delivered && $0.attempt > 1 }
    waiting = last.values.count { $0.status == .pending }
  }

  func faults(deaths: [Chaos.Death]) -> [String] {
    var faults: [String] = []
    var lost: [Int: Int] = [:]
    for (message, mails) in taken {
      let last = mails.last?.at ?? 0
      var unexcused = 0
      for mail in mails {
        let death = deaths.firstIndex { $0.sender == mail.sender && $0.at <= last }
        if let death { if mails.count > 1 { lost[death, default: 0] += 1 } } else { unexcused += 1 }
        if let noted = delivered[message], mail.at > noted, death == nil {
          faults.append("\(message) was sent \(mail.at - noted) ms after its delivery was noted")
        }
      }
      if unexcused > 1 + (uncertain[message] ?? 0) {
        faults.append("\(message) was sent again, though whoever sent it lived on: \(mails)")
      }
    }
    let most = StepLimits().intents
    for (death, count) in lost where count > most {
      faults.append("the death of \(deaths[death].sender) lost the notes of \(count) messages, more than \(most)")
    }
    return faults.sorted()
  }
}
