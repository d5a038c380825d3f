/*eslint-disable block-scoped-var, id-length, no-control-regex, no-magic-numbers, no-mixed-operators, no-prototype-builtins, no-redeclare, no-shadow, no-var, sort-vars, default-case, jsdoc/require-param*/
import $protobuf from "protobufjs/minimal.js";

// Common aliases
const $Reader = $protobuf.Reader, $Writer = $protobuf.Writer, $util = $protobuf.util;
const $Object = $util.global.Object, $undefined = $util.global.undefined, $Error = $util.global.Error, $RangeError = $util.global.RangeError;

// Exported root namespace
const $root = $protobuf.roots["trackline"] || ($protobuf.roots["trackline"] = {});

export const trackline = $root.trackline = (() => {

    /**
     * Namespace trackline.
     * @exports trackline
     * @namespace
     */
    const trackline = {};

    trackline.v1 = (function() {

        /**
         * Namespace v1.
         * @memberof trackline
         * @namespace
         */
        const v1 = {};

        v1.StreamRecord = (function() {

            /**
             * Properties of a StreamRecord.
             * @typedef {Object} trackline.v1.StreamRecord.$Properties
             * @property {trackline.v1.TrackingEvent.$Properties|null} [event] StreamRecord event
             * @property {trackline.v1.Statement.$Properties|null} [statement] StreamRecord statement
             * @property {"event"|"statement"} [body] StreamRecord body
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a StreamRecord.
             * @memberof trackline.v1
             * @interface IStreamRecord
             * @augments trackline.v1.StreamRecord.$Properties
             * @deprecated Use trackline.v1.StreamRecord.$Properties instead.
             */

            /**
             * Narrowed shape of a StreamRecord.
             * @typedef {{
             *   event?: trackline.v1.TrackingEvent.$Shape|null;
             *   statement?: trackline.v1.Statement.$Shape|null;
             *   $unknowns?: Array.<Uint8Array>;
             * } & (
             *   ({ body?: undefined; event?: null; statement?: null }|{ body?: "event"; event: trackline.v1.TrackingEvent.$Shape; statement?: null }|{ body?: "statement"; event?: null; statement: trackline.v1.Statement.$Shape })
             * )} trackline.v1.StreamRecord.$Shape
             */

            /**
             * Constructs a new StreamRecord.
             * @memberof trackline.v1
             * @classdesc Represents a StreamRecord.
             * @constructor
             * @param {trackline.v1.StreamRecord.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const StreamRecord = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * StreamRecord event.
             * @member {trackline.v1.TrackingEvent.$Properties|null|undefined} event
             * @memberof trackline.v1.StreamRecord
             * @instance
             */
            StreamRecord.prototype.event = null;

            /**
             * StreamRecord statement.
             * @member {trackline.v1.Statement.$Properties|null|undefined} statement
             * @memberof trackline.v1.StreamRecord
             * @instance
             */
            StreamRecord.prototype.statement = null;

            // OneOf field names bound to virtual getters and setters
            let $oneOfFields;

            /**
             * StreamRecord body.
             * @member {"event"|"statement"|undefined} body
             * @memberof trackline.v1.StreamRecord
             * @instance
             */
            $Object.defineProperty(StreamRecord.prototype, "body", {
                get: $util.oneOfGetter($oneOfFields = ["event", "statement"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            /**
             * Creates a new StreamRecord instance using the specified properties.
             * @function create
             * @memberof trackline.v1.StreamRecord
             * @static
             * @param {trackline.v1.StreamRecord.$Properties=} [properties] Properties to set
             * @returns {trackline.v1.StreamRecord} StreamRecord instance
             * @type {{
             *   (properties: trackline.v1.StreamRecord.$Shape): trackline.v1.StreamRecord & trackline.v1.StreamRecord.$Shape;
             *   (properties?: trackline.v1.StreamRecord.$Properties): trackline.v1.StreamRecord;
             * }}
             */
            StreamRecord.create = function(properties) {
                return new StreamRecord(properties);
            };

            /**
             * Encodes the specified StreamRecord message. Does not implicitly {@link trackline.v1.StreamRecord.verify|verify} messages.
             * @function encode
             * @memberof trackline.v1.StreamRecord
             * @static
             * @param {trackline.v1.StreamRecord.$Properties} message StreamRecord message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            StreamRecord.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.event != null && $Object.hasOwnProperty.call(message, "event"))
                    $root.trackline.v1.TrackingEvent.encode(message.event, writer.uint32(/* id 1, wireType 2 =*/10).fork(), _depth + 1).ldelim();
                if (message.statement != null && $Object.hasOwnProperty.call(message, "statement"))
                    $root.trackline.v1.Statement.encode(message.statement, writer.uint32(/* id 2, wireType 2 =*/18).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a StreamRecord message from the specified reader or buffer.
             * @function decode
             * @memberof trackline.v1.StreamRecord
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {trackline.v1.StreamRecord & trackline.v1.StreamRecord.$Shape} StreamRecord
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            StreamRecord.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.trackline.v1.StreamRecord();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            message.event = $root.trackline.v1.TrackingEvent.decode(reader, reader.size(), $undefined, _depth + 1, message.event);
                            message.body = "event";
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            message.statement = $root.trackline.v1.Statement.decode(reader, reader.size(), $undefined, _depth + 1, message.statement);
                            message.body = "statement";
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return StreamRecord;
        })();

        /**
         * EventType enum.
         * @name trackline.v1.EventType
         * @enum {number}
         * @property {number} EVENT_TYPE_UNSPECIFIED=0 EVENT_TYPE_UNSPECIFIED value
         * @property {number} IMPRESSION=1 IMPRESSION value
         * @property {number} CLICK=2 CLICK value
         * @property {number} TRANSACTION=3 TRANSACTION value
         */
        v1.EventType = (function() {
            const valuesById = $Object.create(null), values = $Object.create(valuesById);
            values[valuesById[0] = "EVENT_TYPE_UNSPECIFIED"] = 0;
            values[valuesById[1] = "IMPRESSION"] = 1;
            values[valuesById[2] = "CLICK"] = 2;
            values[valuesById[3] = "TRANSACTION"] = 3;
            return values;
        })();

        v1.TrackingEvent = (function() {

            /**
             * Properties of a TrackingEvent.
             * @typedef {Object} trackline.v1.TrackingEvent.$Properties
             * @property {string|null} [writer] TrackingEvent writer
             * @property {number|null} [sequence] TrackingEvent sequence
             * @property {string|null} [messageId] TrackingEvent messageId
             * @property {trackline.v1.EventType|null} [type] TrackingEvent type
             * @property {string|null} [programId] TrackingEvent programId
             * @property {number|null} [programVersion] TrackingEvent programVersion
             * @property {string|null} [publisherId] TrackingEvent publisherId
             * @property {string|null} [clickId] TrackingEvent clickId
             * @property {string|null} [visitorId] TrackingEvent visitorId
             * @property {number|null} [receivedAtMs] TrackingEvent receivedAtMs
             * @property {string|null} [ip] TrackingEvent ip
             * @property {string|null} [userAgent] TrackingEvent userAgent
             * @property {string|null} [referrer] TrackingEvent referrer
             * @property {string|null} [landingUrl] TrackingEvent landingUrl
             * @property {Object.<string,string>|null} [params] TrackingEvent params
             * @property {trackline.v1.Transaction.$Properties|null} [transaction] TrackingEvent transaction
             * @property {boolean|null} [bot] TrackingEvent bot
             * @property {boolean|null} [unverified] TrackingEvent unverified
             * @property {string|null} [instance] TrackingEvent instance
             * @property {string|null} [region] TrackingEvent region
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a TrackingEvent.
             * @memberof trackline.v1
             * @interface ITrackingEvent
             * @augments trackline.v1.TrackingEvent.$Properties
             * @deprecated Use trackline.v1.TrackingEvent.$Properties instead.
             */

            /**
             * Shape of a TrackingEvent.
             * @typedef {trackline.v1.TrackingEvent.$Properties} trackline.v1.TrackingEvent.$Shape
             */

            /**
             * Constructs a new TrackingEvent.
             * @memberof trackline.v1
             * @classdesc Represents a TrackingEvent.
             * @constructor
             * @param {trackline.v1.TrackingEvent.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const TrackingEvent = function (properties) {
                this.params = {};
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * TrackingEvent writer.
             * @member {string} writer
             * @memberof trackline.v1.TrackingEvent
             * @instance
             */
            TrackingEvent.prototype.writer = "";

            /**
             * TrackingEvent sequence.
             * @member {number} sequence
             * @memberof trackline.v1.TrackingEvent
             * @instance
             */
            TrackingEvent.prototype.sequence = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * TrackingEvent messageId.
             * @member {string} messageId
             * @memberof trackline.v1.TrackingEvent
             * @instance
             */
            TrackingEvent.prototype.messageId = "";

            /**
             * TrackingEvent type.
             * @member {trackline.v1.EventType} type
             * @memberof trackline.v1.TrackingEvent
             * @instance
             */
            TrackingEvent.prototype.type = 0;

            /**
             * TrackingEvent programId.
             * @member {string} programId
             * @memberof trackline.v1.TrackingEvent
             * @instance
             */
            TrackingEvent.prototype.programId = "";

            /**
             * TrackingEvent programVersion.
             * @member {number} programVersion
             * @memberof trackline.v1.TrackingEvent
             * @instance
             */
            TrackingEvent.prototype.programVersion = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * TrackingEvent publisherId.
             * @member {string} publisherId
             * @memberof trackline.v1.TrackingEvent
             * @instance
             */
            TrackingEvent.prototype.publisherId = "";

            /**
             * TrackingEvent clickId.
             * @member {string} clickId
             * @memberof trackline.v1.TrackingEvent
             * @instance
             */
            TrackingEvent.prototype.clickId = "";

            /**
             * TrackingEvent visitorId.
             * @member {string} visitorId
             * @memberof trackline.v1.TrackingEvent
             * @instance
             */
            TrackingEvent.prototype.visitorId = "";

            /**
             * TrackingEvent receivedAtMs.
             * @member {number} receivedAtMs
             * @memberof trackline.v1.TrackingEvent
             * @instance
             */
            TrackingEvent.prototype.receivedAtMs = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * TrackingEvent ip.
             * @member {string} ip
             * @memberof trackline.v1.TrackingEvent
             * @instance
             */
            TrackingEvent.prototype.ip = "";

            /**
             * TrackingEvent userAgent.
             * @member {string} userAgent
             * @memberof trackline.v1.TrackingEvent
             * @instance
             */
            TrackingEvent.prototype.userAgent = "";

            /**
             * TrackingEvent referrer.
             * @member {string} referrer
             * @memberof trackline.v1.TrackingEvent
             * @instance
             */
            TrackingEvent.prototype.referrer = "";

            /**
             * TrackingEvent landingUrl.
             * @member {string} landingUrl
             * @memberof trackline.v1.TrackingEvent
             * @instance
             */
            TrackingEvent.prototype.landingUrl = "";

            /**
             * TrackingEvent params.
             * @member {Object.<string,string>} params
             * @memberof trackline.v1.TrackingEvent
             * @instance
             */
            TrackingEvent.prototype.params = $util.emptyObject;

            /**
             * TrackingEvent transaction.
             * @member {trackline.v1.Transaction.$Properties|null|undefined} transaction
             * @memberof trackline.v1.TrackingEvent
             * @instance
             */
            TrackingEvent.prototype.transaction = null;

            /**
             * TrackingEvent bot.
             * @member {boolean} bot
             * @memberof trackline.v1.TrackingEvent
             * @instance
             */
            TrackingEvent.prototype.bot = false;

            /**
             * TrackingEvent unverified.
             * @member {boolean} unverified
             * @memberof trackline.v1.TrackingEvent
             * @instance
             */
            TrackingEvent.prototype.unverified = false;

            /**
             * TrackingEvent instance.
             * @member {string} instance
             * @memberof trackline.v1.TrackingEvent
             * @instance
             */
            TrackingEvent.prototype.instance = "";

            /**
             * TrackingEvent region.
             * @member {string} region
             * @memberof trackline.v1.TrackingEvent
             * @instance
             */
            TrackingEvent.prototype.region = "";

            /**
             * Creates a new TrackingEvent instance using the specified properties.
             * @function create
             * @memberof trackline.v1.TrackingEvent
             * @static
             * @param {trackline.v1.TrackingEvent.$Properties=} [properties] Properties to set
             * @returns {trackline.v1.TrackingEvent} TrackingEvent instance
             * @type {{
             *   (properties: trackline.v1.TrackingEvent.$Shape): trackline.v1.TrackingEvent & trackline.v1.TrackingEvent.$Shape;
             *   (properties?: trackline.v1.TrackingEvent.$Properties): trackline.v1.TrackingEvent;
             * }}
             */
            TrackingEvent.create = function(properties) {
                return new TrackingEvent(properties);
            };

            /**
             * Encodes the specified TrackingEvent message. Does not implicitly {@link trackline.v1.TrackingEvent.verify|verify} messages.
             * @function encode
             * @memberof trackline.v1.TrackingEvent
             * @static
             * @param {trackline.v1.TrackingEvent.$Properties} message TrackingEvent message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            TrackingEvent.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.writer != null && $Object.hasOwnProperty.call(message, "writer") && message.writer !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.writer);
                if (message.sequence != null && $Object.hasOwnProperty.call(message, "sequence") && (typeof message.sequence === "object" ? message.sequence.low || message.sequence.high : message.sequence !== 0))
                    writer.uint32(/* id 2, wireType 0 =*/16).uint64(message.sequence);
                if (message.messageId != null && $Object.hasOwnProperty.call(message, "messageId") && message.messageId !== "")
                    writer.uint32(/* id 3, wireType 2 =*/26).string(message.messageId);
                if (message.type != null && $Object.hasOwnProperty.call(message, "type") && message.type !== 0)
                    writer.uint32(/* id 4, wireType 0 =*/32).int32(message.type);
                if (message.programId != null && $Object.hasOwnProperty.call(message, "programId") && message.programId !== "")
                    writer.uint32(/* id 5, wireType 2 =*/42).string(message.programId);
                if (message.programVersion != null && $Object.hasOwnProperty.call(message, "programVersion") && (typeof message.programVersion === "object" ? message.programVersion.low || message.programVersion.high : message.programVersion !== 0))
                    writer.uint32(/* id 6, wireType 0 =*/48).uint64(message.programVersion);
                if (message.publisherId != null && $Object.hasOwnProperty.call(message, "publisherId") && message.publisherId !== "")
                    writer.uint32(/* id 7, wireType 2 =*/58).string(message.publisherId);
                if (message.clickId != null && $Object.hasOwnProperty.call(message, "clickId") && message.clickId !== "")
                    writer.uint32(/* id 8, wireType 2 =*/66).string(message.clickId);
                if (message.visitorId != null && $Object.hasOwnProperty.call(message, "visitorId") && message.visitorId !== "")
                    writer.uint32(/* id 9, wireType 2 =*/74).string(message.visitorId);
                if (message.receivedAtMs != null && $Object.hasOwnProperty.call(message, "receivedAtMs") && (typeof message.receivedAtMs === "object" ? message.receivedAtMs.low || message.receivedAtMs.high : message.receivedAtMs !== 0))
                    writer.uint32(/* id 10, wireType 0 =*/80).uint64(message.receivedAtMs);
                if (message.ip != null && $Object.hasOwnProperty.call(message, "ip") && message.ip !== "")
                    writer.uint32(/* id 11, wireType 2 =*/90).string(message.ip);
                if (message.userAgent != null && $Object.hasOwnProperty.call(message, "userAgent") && message.userAgent !== "")
                    writer.uint32(/* id 12, wireType 2 =*/98).string(message.userAgent);
                if (message.referrer != null && $Object.hasOwnProperty.call(message, "referrer") && message.referrer !== "")
                    writer.uint32(/* id 13, wireType 2 =*/106).string(message.referrer);
                if (message.landingUrl != null && $Object.hasOwnProperty.call(message, "landingUrl") && message.landingUrl !== "")
                    writer.uint32(/* id 14, wireType 2 =*/114).string(message.landingUrl);
                if (message.params != null && $Object.hasOwnProperty.call(message, "params"))
                    for (let keys = $Object.keys(message.params), i = 0; i < keys.length; ++i)
                        writer.uint32(/* id 15, wireType 2 =*/122).fork().uint32(/* id 1, wireType 2 =*/10).string(keys[i]).uint32(/* id 2, wireType 2 =*/18).string(message.params[keys[i]]).ldelim();
                if (message.transaction != null && $Object.hasOwnProperty.call(message, "transaction"))
                    $root.trackline.v1.Transaction.encode(message.transaction, writer.uint32(/* id 16, wireType 2 =*/130).fork(), _depth + 1).ldelim();
                if (message.bot != null && $Object.hasOwnProperty.call(message, "bot") && message.bot !== false)
                    writer.uint32(/* id 17, wireType 0 =*/136).bool(message.bot);
                if (message.unverified != null && $Object.hasOwnProperty.call(message, "unverified") && message.unverified !== false)
                    writer.uint32(/* id 18, wireType 0 =*/144).bool(message.unverified);
                if (message.instance != null && $Object.hasOwnProperty.call(message, "instance") && message.instance !== "")
                    writer.uint32(/* id 19, wireType 2 =*/154).string(message.instance);
                if (message.region != null && $Object.hasOwnProperty.call(message, "region") && message.region !== "")
                    writer.uint32(/* id 20, wireType 2 =*/162).string(message.region);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a TrackingEvent message from the specified reader or buffer.
             * @function decode
             * @memberof trackline.v1.TrackingEvent
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {trackline.v1.TrackingEvent & trackline.v1.TrackingEvent.$Shape} TrackingEvent
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            TrackingEvent.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, key, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.trackline.v1.TrackingEvent();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.writer = value;
                            else
                                delete message.writer;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.sequence = value;
                            else
                                delete message.sequence;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.messageId = value;
                            else
                                delete message.messageId;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.type = value;
                            else
                                delete message.type;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.programId = value;
                            else
                                delete message.programId;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.programVersion = value;
                            else
                                delete message.programVersion;
                            continue;
                        }
                    case 7: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.publisherId = value;
                            else
                                delete message.publisherId;
                            continue;
                        }
                    case 8: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.clickId = value;
                            else
                                delete message.clickId;
                            continue;
                        }
                    case 9: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.visitorId = value;
                            else
                                delete message.visitorId;
                            continue;
                        }
                    case 10: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.receivedAtMs = value;
                            else
                                delete message.receivedAtMs;
                            continue;
                        }
                    case 11: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.ip = value;
                            else
                                delete message.ip;
                            continue;
                        }
                    case 12: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.userAgent = value;
                            else
                                delete message.userAgent;
                            continue;
                        }
                    case 13: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.referrer = value;
                            else
                                delete message.referrer;
                            continue;
                        }
                    case 14: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.landingUrl = value;
                            else
                                delete message.landingUrl;
                            continue;
                        }
                    case 15: {
                            if (wireType !== 2)
                                break;
                            if (message.params === $util.emptyObject)
                                message.params = {};
                            let end2 = reader.size() + reader.pos;
                            if (end2 > reader.len)
                                throw $RangeError("index out of range");
                            reader.len = end2;
                            key = "";
                            value = "";
                            while (reader.pos < end2) {
                                let tag2 = reader.tag();
                                wireType = tag2 & 7;
                                switch (tag2 >>>= 3) {
                                case 1:
                                    if (wireType !== 2)
                                        break;
                                    key = reader.stringVerify();
                                    continue;
                                case 2:
                                    if (wireType !== 2)
                                        break;
                                    value = reader.stringVerify();
                                    continue;
                                }
                                reader.skipType(wireType, _depth, tag2);
                            }
                            if (reader.pos !== end2)
                                throw $RangeError("index out of range");
                            reader.len = end;
                            if (key === "__proto__")
                                $util.makeProp(message.params, key);
                            message.params[key] = value;
                            continue;
                        }
                    case 16: {
                            if (wireType !== 2)
                                break;
                            message.transaction = $root.trackline.v1.Transaction.decode(reader, reader.size(), $undefined, _depth + 1, message.transaction);
                            continue;
                        }
                    case 17: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.bot = value;
                            else
                                delete message.bot;
                            continue;
                        }
                    case 18: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.unverified = value;
                            else
                                delete message.unverified;
                            continue;
                        }
                    case 19: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.instance = value;
                            else
                                delete message.instance;
                            continue;
                        }
                    case 20: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.region = value;
                            else
                                delete message.region;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return TrackingEvent;
        })();

        /**
         * TransactionStatus enum.
         * @name trackline.v1.TransactionStatus
         * @enum {number}
         * @property {number} TRANSACTION_STATUS_UNSPECIFIED=0 TRANSACTION_STATUS_UNSPECIFIED value
         * @property {number} PENDING=1 PENDING value
         * @property {number} APPROVED=2 APPROVED value
         * @property {number} REJECTED=3 REJECTED value
         */
        v1.TransactionStatus = (function() {
            const valuesById = $Object.create(null), values = $Object.create(valuesById);
            values[valuesById[0] = "TRANSACTION_STATUS_UNSPECIFIED"] = 0;
            values[valuesById[1] = "PENDING"] = 1;
            values[valuesById[2] = "APPROVED"] = 2;
            values[valuesById[3] = "REJECTED"] = 3;
            return values;
        })();

        v1.Transaction = (function() {

            /**
             * Properties of a Transaction.
             * @typedef {Object} trackline.v1.Transaction.$Properties
             * @property {string|null} [orderId] Transaction orderId
             * @property {string|null} [amount] Transaction amount
             * @property {string|null} [currency] Transaction currency
             * @property {trackline.v1.TransactionStatus|null} [status] Transaction status
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Transaction.
             * @memberof trackline.v1
             * @interface ITransaction
             * @augments trackline.v1.Transaction.$Properties
             * @deprecated Use trackline.v1.Transaction.$Properties instead.
             */

            /**
             * Shape of a Transaction.
             * @typedef {trackline.v1.Transaction.$Properties} trackline.v1.Transaction.$Shape
             */

            /**
             * Constructs a new Transaction.
             * @memberof trackline.v1
             * @classdesc Represents a Transaction.
             * @constructor
             * @param {trackline.v1.Transaction.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Transaction = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Transaction orderId.
             * @member {string} orderId
             * @memberof trackline.v1.Transaction
             * @instance
             */
            Transaction.prototype.orderId = "";

            /**
             * Transaction amount.
             * @member {string} amount
             * @memberof trackline.v1.Transaction
             * @instance
             */
            Transaction.prototype.amount = "";

            /**
             * Transaction currency.
             * @member {string} currency
             * @memberof trackline.v1.Transaction
             * @instance
             */
            Transaction.prototype.currency = "";

            /**
             * Transaction status.
             * @member {trackline.v1.TransactionStatus} status
             * @memberof trackline.v1.Transaction
             * @instance
             */
            Transaction.prototype.status = 0;

            /**
             * Creates a new Transaction instance using the specified properties.
             * @function create
             * @memberof trackline.v1.Transaction
             * @static
             * @param {trackline.v1.Transaction.$Properties=} [properties] Properties to set
             * @returns {trackline.v1.Transaction} Transaction instance
             * @type {{
             *   (properties: trackline.v1.Transaction.$Shape): trackline.v1.Transaction & trackline.v1.Transaction.$Shape;
             *   (properties?: trackline.v1.Transaction.$Properties): trackline.v1.Transaction;
             * }}
             */
            Transaction.create = function(properties) {
                return new Transaction(properties);
            };

            /**
             * Encodes the specified Transaction message. Does not implicitly {@link trackline.v1.Transaction.verify|verify} messages.
             * @function encode
             * @memberof trackline.v1.Transaction
             * @static
             * @param {trackline.v1.Transaction.$Properties} message Transaction message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Transaction.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.orderId != null && $Object.hasOwnProperty.call(message, "orderId") && message.orderId !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.orderId);
                if (message.amount != null && $Object.hasOwnProperty.call(message, "amount") && message.amount !== "")
                    writer.uint32(/* id 2, wireType 2 =*/18).string(message.amount);
                if (message.currency != null && $Object.hasOwnProperty.call(message, "currency") && message.currency !== "")
                    writer.uint32(/* id 3, wireType 2 =*/26).string(message.currency);
                if (message.status != null && $Object.hasOwnProperty.call(message, "status") && message.status !== 0)
                    writer.uint32(/* id 4, wireType 0 =*/32).int32(message.status);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Transaction message from the specified reader or buffer.
             * @function decode
             * @memberof trackline.v1.Transaction
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {trackline.v1.Transaction & trackline.v1.Transaction.$Shape} Transaction
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Transaction.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.trackline.v1.Transaction();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.orderId = value;
                            else
                                delete message.orderId;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.amount = value;
                            else
                                delete message.amount;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.currency = value;
                            else
                                delete message.currency;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.status = value;
                            else
                                delete message.status;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Transaction;
        })();

        v1.Statement = (function() {

            /**
             * Properties of a Statement.
             * @typedef {Object} trackline.v1.Statement.$Properties
             * @property {string|null} [writer] Statement writer
             * @property {string|null} [instance] Statement instance
             * @property {number|null} [atMs] Statement atMs
             * @property {number|null} [acceptedThrough] Statement acceptedThrough
             * @property {number|null} [rejected] Statement rejected
             * @property {number|null} [shed] Statement shed
             * @property {number|null} [ignored] Statement ignored
             * @property {number|null} [lost] Statement lost
             * @property {boolean|null} [final] Statement final
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Statement.
             * @memberof trackline.v1
             * @interface IStatement
             * @augments trackline.v1.Statement.$Properties
             * @deprecated Use trackline.v1.Statement.$Properties instead.
             */

            /**
             * Shape of a Statement.
             * @typedef {trackline.v1.Statement.$Properties} trackline.v1.Statement.$Shape
             */

            /**
             * Constructs a new Statement.
             * @memberof trackline.v1
             * @classdesc Represents a Statement.
             * @constructor
             * @param {trackline.v1.Statement.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Statement = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Statement writer.
             * @member {string} writer
             * @memberof trackline.v1.Statement
             * @instance
             */
            Statement.prototype.writer = "";

            /**
             * Statement instance.
             * @member {string} instance
             * @memberof trackline.v1.Statement
             * @instance
             */
            Statement.prototype.instance = "";

            /**
             * Statement atMs.
             * @member {number} atMs
             * @memberof trackline.v1.Statement
             * @instance
             */
            Statement.prototype.atMs = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Statement acceptedThrough.
             * @member {number} acceptedThrough
             * @memberof trackline.v1.Statement
             * @instance
             */
            Statement.prototype.acceptedThrough = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Statement rejected.
             * @member {number} rejected
             * @memberof trackline.v1.Statement
             * @instance
             */
            Statement.prototype.rejected = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Statement shed.
             * @member {number} shed
             * @memberof trackline.v1.Statement
             * @instance
             */
            Statement.prototype.shed = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Statement ignored.
             * @member {number} ignored
             * @memberof trackline.v1.Statement
             * @instance
             */
            Statement.prototype.ignored = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Statement lost.
             * @member {number} lost
             * @memberof trackline.v1.Statement
             * @instance
             */
            Statement.prototype.lost = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Statement final.
             * @member {boolean} final
             * @memberof trackline.v1.Statement
             * @instance
             */
            Statement.prototype.final = false;

            /**
             * Creates a new Statement instance using the specified properties.
             * @function create
             * @memberof trackline.v1.Statement
             * @static
             * @param {trackline.v1.Statement.$Properties=} [properties] Properties to set
             * @returns {trackline.v1.Statement} Statement instance
             * @type {{
             *   (properties: trackline.v1.Statement.$Shape): trackline.v1.Statement & trackline.v1.Statement.$Shape;
             *   (properties?: trackline.v1.Statement.$Properties): trackline.v1.Statement;
             * }}
             */
            Statement.create = function(properties) {
                return new Statement(properties);
            };

            /**
             * Encodes the specified Statement message. Does not implicitly {@link trackline.v1.Statement.verify|verify} messages.
             * @function encode
             * @memberof trackline.v1.Statement
             * @static
             * @param {trackline.v1.Statement.$Properties} message Statement message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Statement.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.writer != null && $Object.hasOwnProperty.call(message, "writer") && message.writer !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.writer);
                if (message.instance != null && $Object.hasOwnProperty.call(message, "instance") && message.instance !== "")
                    writer.uint32(/* id 2, wireType 2 =*/18).string(message.instance);
                if (message.atMs != null && $Object.hasOwnProperty.call(message, "atMs") && (typeof message.atMs === "object" ? message.atMs.low || message.atMs.high : message.atMs !== 0))
                    writer.uint32(/* id 3, wireType 0 =*/24).uint64(message.atMs);
                if (message.acceptedThrough != null && $Object.hasOwnProperty.call(message, "acceptedThrough") && (typeof message.acceptedThrough === "object" ? message.acceptedThrough.low || message.acceptedThrough.high : message.acceptedThrough !== 0))
                    writer.uint32(/* id 4, wireType 0 =*/32).uint64(message.acceptedThrough);
                if (message.rejected != null && $Object.hasOwnProperty.call(message, "rejected") && (typeof message.rejected === "object" ? message.rejected.low || message.rejected.high : message.rejected !== 0))
                    writer.uint32(/* id 5, wireType 0 =*/40).uint64(message.rejected);
                if (message.shed != null && $Object.hasOwnProperty.call(message, "shed") && (typeof message.shed === "object" ? message.shed.low || message.shed.high : message.shed !== 0))
                    writer.uint32(/* id 6, wireType 0 =*/48).uint64(message.shed);
                if (message.ignored != null && $Object.hasOwnProperty.call(message, "ignored") && (typeof message.ignored === "object" ? message.ignored.low || message.ignored.high : message.ignored !== 0))
                    writer.uint32(/* id 7, wireType 0 =*/56).uint64(message.ignored);
                if (message.lost != null && $Object.hasOwnProperty.call(message, "lost") && (typeof message.lost === "object" ? message.lost.low || message.lost.high : message.lost !== 0))
                    writer.uint32(/* id 8, wireType 0 =*/64).uint64(message.lost);
                if (message.final != null && $Object.hasOwnProperty.call(message, "final") && message.final !== false)
                    writer.uint32(/* id 9, wireType 0 =*/72).bool(message.final);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Statement message from the specified reader or buffer.
             * @function decode
             * @memberof trackline.v1.Statement
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {trackline.v1.Statement & trackline.v1.Statement.$Shape} Statement
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Statement.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.trackline.v1.Statement();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.writer = value;
                            else
                                delete message.writer;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.instance = value;
                            else
                                delete message.instance;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.atMs = value;
                            else
                                delete message.atMs;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.acceptedThrough = value;
                            else
                                delete message.acceptedThrough;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.rejected = value;
                            else
                                delete message.rejected;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.shed = value;
                            else
                                delete message.shed;
                            continue;
                        }
                    case 7: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.ignored = value;
                            else
                                delete message.ignored;
                            continue;
                        }
                    case 8: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.lost = value;
                            else
                                delete message.lost;
                            continue;
                        }
                    case 9: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.final = value;
                            else
                                delete message.final;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Statement;
        })();

        return v1;
    })();

    return trackline;
})();

export {
  $root as default
};
