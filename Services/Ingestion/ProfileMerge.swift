import CooperationModel
import ServiceKit
import TopicBus

// Communes merge: the profile of one that is no more goes into its successor's. Two entities, so two commands: the old
// profile ends by the first, which takes what it said along into the second.

extension IngestionDecider {
  /// Ends the profile of an authority that another has taken the place of.
  func merge(
    _ id: CollectiviteID, _ command: Command, _ state: inout Overlay<IngestionState>
  ) throws(Rejection) -> Decision {
    let actor = command.payload.actor
    guard actor.role == .ministry || actor.role == .operator else { throw .forbidden(actor) }
    guard let successor = reference.registry.current(of: id) else { throw .notFound(command.entity) }
    guard successor != id else {
      throw Rejection(
        .conflict, code: "not-merged", fr: "«\u{202F}\(id)\u{202F}» existe toujours\u{202F}: rien ne lui a succédé.",
        en: "\"\(id)\" still exists: nothing has taken its place.")
    }
    // Merged before, or never had a profile: done.
    guard let profile = state.profiles[id] else { return Decision(version: 0) }
    if command.payload.ifMatch != nil { try Rejection.check(command, against: profile.version) }
    state.profiles[id] = nil
    return .changed(to: profile.version + 1, [try absorption(of: profile, by: successor, command)])
  }

  private func absorption(
    of profile: Profile, by successor: CollectiviteID, _ command: Command
  ) throws(Rejection) -> Outgoing {
    var actor = command.payload.actor
    actor.onBehalf = "ingestion"
    return try derived(
      "absorb", from: command, kind: "profile.absorb", entity: successor.rawValue, by: actor,
      body: ProfileDraft(of: profile))
  }

  /// Takes into a profile what a predecessor's said: all its fields, and the higher limit. How the successor hears of
  /// requests, and whether at all, stays its own.
  func absorb(
    _ id: CollectiviteID, _ command: Command, _ state: inout Overlay<IngestionState>
  ) throws(Rejection) -> Decision {
    let actor = command.payload.actor
    guard actor.role == .ministry || actor.role == .operator, reference.registry.contains(id) else {
      throw .forbidden(actor)
    }
    let draft = try ProfileDraft.read(command.payload.body, with: reference)
    guard let profile = state.profiles[id] else {
      var profile = Profile(collectivite: id, draft: draft)
      profile.transitions.note(
        Transition(at: command.receivedAt, by: actor.name, what: "absorb", status: profile.status.rawValue))
      state.profiles[id] = profile
      return .created()
    }
    var merged = profile.applying(ProfileDraft(of: profile).absorbing(draft))
    if merged == profile { return .changed(to: profile.version) }
    merged.version += 1
    merged.transitions.note(
      Transition(at: command.receivedAt, by: actor.name, what: "absorb", status: merged.status.rawValue))
    state.profiles[id] = merged
    return .changed(to: merged.version)
  }

  /// A command that follows from another, for another entity: its id derives from the first's.
  func derived(
    _ step: String, from command: Command, kind: String, entity: String, by actor: Actor, body: some Draft
  ) throws(Rejection) -> Outgoing {
    let id = StableID.command(of: [step, command.id.rawValue])
    do {
      let body = try JSONValue(encoding: body)
      return try Topics.ingestionCommands.record(
        Command(
          id: id, kind: kind, entity: entity, partitionKey: entity, receivedAt: command.receivedAt,
          payload: Command.Payload(
            actor: actor, ifMatch: nil, digest: StableID.digest(body: try JSON.encode(body), ifMatch: nil), body: body)),
        source: Self.topology.name)
    } catch {
      throw Rejection(
        .invalid, code: "unencodable", fr: "Ce qui en découle ne peut pas être écrit.",
        en: "What follows from it cannot be written: \(error)")
    }
  }
}

extension ProfileDraft {
  fileprivate func absorbing(_ other: ProfileDraft) -> ProfileDraft {
    var merged = self
    merged.themes = united(themes, other.themes, atMost: Limits.themes)
    merged.countries = united(countries, other.countries, atMost: Limits.countries)
    merged.languages = united(languages, other.languages, atMost: Limits.languages)
    merged.labels = united(labels, other.labels, atMost: Limits.labels)
    merged.forms = united(forms, other.forms, atMost: CooperationForm.allCases.count)
    merged.weeklyLimit = max(weeklyLimit, other.weeklyLimit)
    return merged
  }
}

/// One's own first, then what the other has beside.
private func united<Item: Hashable>(_ own: [Item], _ other: [Item], atMost limit: Int) -> [Item] {
  var known = Set(own)
  return Array((own + other.filter { known.insert($0).inserted }).prefix(max(limit, own.count)))
}
