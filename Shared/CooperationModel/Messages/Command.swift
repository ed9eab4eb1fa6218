/// A wish to change one entity, as it travels: who wishes it, of which version, and what.
///
/// The id stands in `ce_id`, the type (`fr.bourse-projets.request.publish.v1`) in `ce_type`, the time of receipt in
/// `ce_time`, the entity's id in `ce_subject`.
public struct Command: Equatable, Sendable {
  public var id: CommandID
  /// What is to be done: `request.publish`. The CloudEvents type is made of it.
  public var kind: String
  /// The entity it is about; a create names the id that derives from ``id``.
  public var entity: String
  /// What chooses the partition: the entity's id, or the owner's.
  public var partitionKey: String
  /// When the front received it: the time that counts for deadlines.
  public var receivedAt: Instant
  public var payload: Payload

  /// The record's value.
  public struct Payload: Codable, Equatable, Sendable {
    public var actor: Actor
    /// The version the caller saw; nil where none is needed.
    public var ifMatch: Int?
    /// SHA-256, in hexadecimal, of body and `If-Match`: another one under the same id is a conflict.
    public var digest: String
    public var body: JSONValue
    /// The row of an import that it is.
    public var origin: CommandOrigin?

    public init(actor: Actor, ifMatch: Int?, digest: String, body: JSONValue, origin: CommandOrigin? = nil) {
      self.actor = actor
      self.ifMatch = ifMatch
      self.digest = digest
      self.body = body
      self.origin = origin
    }
  }

  public init(
    id: CommandID, kind: String, entity: String, partitionKey: String, receivedAt: Instant, payload: Payload
  ) {
    self.id = id
    self.kind = kind
    self.entity = entity
    self.partitionKey = partitionKey
    self.receivedAt = receivedAt
    self.payload = payload
  }
}

/// The row of an import that a command is: its outcome says so too, so an import is a fold of outcomes.
public struct CommandOrigin: Codable, Equatable, Sendable {
  /// The import: the command that its request over HTTP was.
  public var `import`: CommandID
  /// The row's line in the file, from 1.
  public var line: Int
  /// The version that the row names; nil for one that creates.
  public var version: Int?

  public init(import: CommandID, line: Int, version: Int? = nil) {
    self.import = `import`
    self.line = line
    self.version = version
  }
}

/// What became of a command.
public struct CommandOutcome: Codable, Equatable, Sendable {
  public var command: CommandID
  public var kind: String
  public var entity: String
  /// Of the body that was decided.
  public var digest: String
  /// The command's time of receipt.
  public var receivedAt: Instant
  public var result: Result
  public var origin: CommandOrigin?

  public enum Result: Codable, Equatable, Sendable {
    /// Done: the entity's version after it.
    case accepted(version: Int, created: Bool)
    /// Nothing was changed.
    case rejected(Rejection)
  }

  public init(
    command: CommandID, kind: String, entity: String, digest: String, receivedAt: Instant, result: Result,
    origin: CommandOrigin? = nil
  ) {
    self.command = command
    self.kind = kind
    self.entity = entity
    self.digest = digest
    self.receivedAt = receivedAt
    self.result = result
    self.origin = origin
  }
}

/// Why a command was not done.
public struct Rejection: Codable, Equatable, Sendable, Error {
  public var reason: Reason
  /// At least one.
  public var violations: [Violation]

  public enum Reason: String, Codable, Sendable, CaseIterable {
    /// The body is wrong: 422.
    case invalid
    /// The actor may not: 403.
    case forbidden
    /// There is no such entity: 404.
    case notFound = "not-found"
    /// The state forbids it: 409.
    case conflict
    /// Another version is current: 412.
    case stale
    /// A change must name the version it saw: 428.
    case versionRequired = "version-required"
  }

  public init(_ reason: Reason, _ violations: [Violation]) {
    self.reason = reason
    self.violations = violations
  }

  public init(_ reason: Reason, at pointer: String = "", code: String, fr: String, en: String) {
    self.init(reason, [Violation(pointer, code, fr: fr, en: en)])
  }
}
