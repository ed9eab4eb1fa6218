import ArgumentParser
import CooperationModel

/// The gate before every channel that leaves the machine.
struct SendingCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sending", abstract: "The gate before every channel that leaves the machine.",
    subcommands: [Open.self, Close.self, Status.self])

  struct Open: OperatorCommand {
    static let configuration = CommandConfiguration(
      abstract: "Opens the gate: what has waited becomes one digest for each contact.")
    @OptionGroup var suite: SuiteOptions
    func run(at desk: Desk) async throws { try await SendingCommand.move(toOpen: true, desk) }
  }

  struct Close: OperatorCommand {
    static let configuration = CommandConfiguration(abstract: "Closes the gate: messages wait.")
    @OptionGroup var suite: SuiteOptions
    func run(at desk: Desk) async throws { try await SendingCommand.move(toOpen: false, desk) }
  }

  struct Status: OperatorCommand {
    static let configuration = CommandConfiguration(abstract: "Says whether it is open, its limits, and what waits.")
    @OptionGroup var suite: SuiteOptions

    func run(at desk: Desk) async throws {
      let report = try await desk.withLog { bus in
        let settings = try await SettingsBook(bus).value(.sending, as: SendingSettings.self)
        let messages = try await bus.table(of: Topics.outboundMessages)
        return SendingReport(settings ?? SendingSettings(), messages.values)
      }
      try desk.console.show(report) { report.text(desk) }
    }
  }

  private static func move(toOpen isOpen: Bool, _ desk: Desk) async throws {
    try await desk.withLog { bus in
      var book = try await SettingsBook(bus)
      var settings = book.value(.sending, as: SendingSettings.self) ?? SendingSettings()
      settings.isOpen = isOpen
      let (_, written) = try await book.set(.sending, try JSONValue(encoding: settings), at: desk.now)
      try desk.console.show(settings) {
        switch (isOpen, written) {
        case (true, true): desk.say(fr: "L’envoi est ouvert.\n", en: "Sending is open now.\n")
        case (true, false): desk.say(fr: "L’envoi était déjà ouvert.\n", en: "Sending was open already.\n")
        case (false, true):
          desk.say(
            fr: "L’envoi est fermé\u{202F}: les messages attendent.\n", en: "Sending is closed now: messages wait.\n")
        case (false, false): desk.say(fr: "L’envoi était déjà fermé.\n", en: "Sending was closed already.\n")
        }
      }
    }
  }
}

private struct SendingReport: Encodable {
  var settings: SendingSettings
  var pending: Int
  var delivered: Int
  var failed: Int
  var suppressed: Int

  init(_ settings: SendingSettings, _ messages: some Collection<OutboundMessage>) {
    self.settings = settings
    func count(_ status: OutboundMessage.Status) -> Int { messages.count { $0.status == status } }
    (pending, delivered, failed, suppressed) = (count(.pending), count(.delivered), count(.failed), count(.suppressed))
  }

  func text(_ desk: Desk) -> String {
    let gate = settings.isOpen ? desk.say(fr: "ouvert", en: "open") : desk.say(fr: "fermé", en: "closed")
    let limits = "\(settings.perHour) / h, \(settings.perRecipientAndDay) / "
    return desk.say(
      fr: """
        Envoi\u{202F}: \(gate), au plus \(limits)destinataire et jour
        Messages\u{202F}: \(pending) en attente, \(delivered) remis, \(failed) échoués, \(suppressed) supprimés

        """,
      en: """
        Sending: \(gate), at most \(limits)recipient and day
        Messages: \(pending) pending, \(delivered) delivered, \(failed) failed, \(suppressed) suppressed

        """)
  }
}
