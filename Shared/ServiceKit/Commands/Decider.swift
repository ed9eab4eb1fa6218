import CooperationModel
import TopicBus

/// A processor that turns commands into entities' next versions: one entity a decision, against its current version.
///
/// What is the same for all deciders stands here: a repeated command gets its first outcome and changes nothing; every
/// accepted or refused command has exactly one outcome; a command that cannot be read goes to the dead letters, with a
/// refused outcome where its id can be read.
package protocol Decider: Processor where State: DecidingState {
  /// Decides one command. Writes the entity through the overlay; writes nothing when it throws.
  ///
  /// - Returns: the entity's version and whether it is new, with the commands that follow for other entities.
  func decide(
    _ command: Command, _ state: inout Overlay<State>, _ context: Context
  ) throws(Rejection) -> Decision
}

/// The state of a decider: whatever it keeps, and the outcomes it gave.
package protocol DecidingState: Sendable {
  /// The fold of the partition's last 48 hours of outcomes.
  var outcomes: Table<CommandID, CommandOutcome> { get set }
}

extension Overlay where State: DecidingState {
  /// The outcomes, written in place: a key path through a protocol's requirement reads and writes the whole table, and so
  /// copies it at every write.
  package var outcomes: Table<CommandID, CommandOutcome> {
    get { state.outcomes }
    _modify { yield &state.outcomes }
  }
}

/// How long a decider remembers outcomes: twice what callers are promised.
package let outcomeMemory = Instant.Span.hours(48)

/// How far back outcomes are restored: a command that waited for days is compared with those of the two days before it.
package let outcomeReach = Instant.Span.days(7)

/// What a decision leads to.
package struct Decision: Sendable {
  package var version: Int
  package var isCreated: Bool
  /// Commands for other entities, written in the same transaction. Their ids derive from the first's.
  package var follow: [Outgoing]

  package init(version: Int, isCreated: Bool = false, follow: [Outgoing] = []) {
    self.version = version
    self.isCreated = isCreated
    self.follow = follow
  }

  package static func created(_ follow: [Outgoing] = []) -> Decision {
    Decision(version: 1, isCreated: true, follow: follow)
  }
  package static func changed(to version: Int, _ follow: [Outgoing] = []) -> Decision {
    Decision(version: version, follow: follow)
  }
}

extension Decider {
  package func process(
    _ record: Record, _ state: inout Overlay<State>, _ context: Context
  ) throws(BadRecord) -> [Outgoing] {
    let command = try Command(record)
    // One that was set aside, and so has no digest, was never decided: sent again it is.
    if let known = state.outcomes[command.id], !known.digest.isEmpty,
      known.receivedAt >= command.receivedAt - outcomeMemory
    {
      return []
    }
    let result: CommandOutcome.Result
    var follow: [Outgoing] = []
    do throws(Rejection) {
      let decision = try state.attempt { (state) throws(Rejection) in try decide(command, &state, context) }
      result = .accepted(version: decision.version, created: decision.isCreated)
      follow = decision.follow
    } catch {
      result = .rejected(error)
    }
    state.outcomes[command.id] = CommandOutcome(
      command: command.id, kind: command.kind, entity: command.entity, digest: command.payload.digest,
      receivedAt: command.receivedAt, result: result, origin: command.payload.origin)
    let oldest = command.receivedAt - outcomeMemory
    state.outcomes.forget { $0.receivedAt < oldest }
    return follow
  }

  package func refuse(
    _ record: Record, because failure: BadRecord, _ state: inout Overlay<State>, _ context: Context
  ) {
    guard let attributes = try? Command.Attributes(record), state.outcomes[attributes.id] == nil else { return }
    state.outcomes[attributes.id] = CommandOutcome(
      command: attributes.id, kind: attributes.kind, entity: attributes.entity, digest: "",
      receivedAt: attributes.receivedAt,
      result: .rejected(
        Rejection(
          .invalid, code: failure.code, fr: "La commande n’a pas pu être lue\u{202F}; elle est mise de côté.",
          en: "The command could not be read; it is set aside. \(failure.text)")))
  }
}

extension Rejection {
  /// The rule of versions: a change names the version it saw, and it is the current one.
  package static func check(_ command: Command, against version: Int) throws(Rejection) {
    guard let seen = command.payload.ifMatch else {
      throw Rejection(
        .versionRequired, code: "version-required",
        fr: "Indiquez la version que vous modifiez dans l’en-tête If-Match (version actuelle\u{202F}: \(version)).",
        en: "Name the version you change in the If-Match header (the current one is \(version)).")
    }
    guard seen == version else {
      throw Rejection(
        .stale, code: "stale-version",
        fr: "La version \(seen) n’est plus la version actuelle (\(version))\u{202F}: relisez, puis recommencez.",
        en: "Version \(seen) is not the current one (\(version)): read again, then repeat.")
    }
  }

  package static func notFound(_ entity: String) -> Rejection {
    Rejection(
      .notFound, code: "not-found", fr: "«\u{202F}\(entity)\u{202F}» n’existe pas.", en: "There is no \"\(entity)\".")
  }

  package static func forbidden(_ actor: Actor) -> Rejection {
    Rejection(
      .forbidden, code: "forbidden", fr: "\(actor.name) n’a pas le droit de faire cela.",
      en: "\(actor.name) may not do this.")
  }
}
