/*eslint-disable block-scoped-var, id-length, no-control-regex, no-magic-numbers, no-mixed-operators, no-prototype-builtins, no-redeclare, no-shadow, no-var, sort-vars, default-case, jsdoc/require-param*/
import $protobuf from "protobufjs/minimal.js";

const $Reader = $protobuf.Reader, $Writer = $protobuf.Writer, $util = $protobuf.util;
const $Object = $util.global.Object, $undefined = $util.global.undefined, $Error = $util.global.Error, $RangeError = $util.global.RangeError;

const $root = $protobuf.roots["trackline"] || ($protobuf.roots["trackline"] = {});

export const trackline = $root.trackline = (() => {

    const trackline = {};

    trackline.v1 = (function() {

        const v1 = {};

        v1.StreamRecord = (function() {

            const StreamRecord = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            StreamRecord.prototype.event = null;
            StreamRecord.prototype.statement = null;

            let $oneOfFields;

            $Object.defineProperty(StreamRecord.prototype, "body", {
                get: $util.oneOfGetter($oneOfFields = ["event", "statement"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            StreamRecord.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.event != null && $Object.hasOwnProperty.call(message, "event"))
                    $root.trackline.v1.TrackingEvent.encode(message.event, writer.uint32(10).fork(), _depth + 1).ldelim();
                if (message.statement != null && $Object.hasOwnProperty.call(message, "statement"))
                    $root.trackline.v1.Statement.encode(message.statement, writer.uint32(18).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

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

        v1.EventType = (function() {
            const valuesById = $Object.create(null), values = $Object.create(valuesById);
            values[valuesById[0] = "EVENT_TYPE_UNSPECIFIED"] = 0;
            values[valuesById[1] = "IMPRESSION"] = 1;
            values[valuesById[2] = "CLICK"] = 2;
            values[valuesById[3] = "TRANSACTION"] = 3;
            return values;
        })();

        v1.TrackingEvent = (function() {

            const TrackingEvent = function (properties) {
                this.params = {};
                this.subIds = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            TrackingEvent.prototype.writer = "";
            TrackingEvent.prototype.sequence = $util.Long ? $util.Long.fromBits(0,0,true) : 0;
            TrackingEvent.prototype.messageId = "";
            TrackingEvent.prototype.type = 0;
            TrackingEvent.prototype.programId = "";
            TrackingEvent.prototype.programVersion = $util.Long ? $util.Long.fromBits(0,0,true) : 0;
            TrackingEvent.prototype.publisherId = "";
            TrackingEvent.prototype.clickId = "";
            TrackingEvent.prototype.visitorId = "";
            TrackingEvent.prototype.receivedAtMs = $util.Long ? $util.Long.fromBits(0,0,true) : 0;
            TrackingEvent.prototype.ip = "";
            TrackingEvent.prototype.userAgent = "";
            TrackingEvent.prototype.referrer = "";
            TrackingEvent.prototype.landingUrl = "";
            TrackingEvent.prototype.params = $util.emptyObject;
            TrackingEvent.prototype.transaction = null;
            TrackingEvent.prototype.bot = false;
            TrackingEvent.prototype.unverified = false;
            TrackingEvent.prototype.instance = "";
            TrackingEvent.prototype.region = "";
            TrackingEvent.prototype.consent = 0;
            TrackingEvent.prototype.consentBasis = 0;
            TrackingEvent.prototype.vastEvent = "";
            TrackingEvent.prototype.redirectReason = "";
            TrackingEvent.prototype.messageIdBytes = $util.newBuffer([]);
            TrackingEvent.prototype.clickIdBytes = $util.newBuffer([]);
            TrackingEvent.prototype.visitorIdBytes = $util.newBuffer([]);
            TrackingEvent.prototype.subIds = $util.emptyArray;

            TrackingEvent.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.writer != null && $Object.hasOwnProperty.call(message, "writer") && message.writer !== "")
                    writer.uint32(10).string(message.writer);
                if (message.sequence != null && $Object.hasOwnProperty.call(message, "sequence") && (typeof message.sequence === "object" ? message.sequence.low || message.sequence.high : message.sequence !== 0))
                    writer.uint32(16).uint64(message.sequence);
                if (message.messageId != null && $Object.hasOwnProperty.call(message, "messageId") && message.messageId !== "")
                    writer.uint32(26).string(message.messageId);
                if (message.type != null && $Object.hasOwnProperty.call(message, "type") && message.type !== 0)
                    writer.uint32(32).int32(message.type);
                if (message.programId != null && $Object.hasOwnProperty.call(message, "programId") && message.programId !== "")
                    writer.uint32(42).string(message.programId);
                if (message.programVersion != null && $Object.hasOwnProperty.call(message, "programVersion") && (typeof message.programVersion === "object" ? message.programVersion.low || message.programVersion.high : message.programVersion !== 0))
                    writer.uint32(48).uint64(message.programVersion);
                if (message.publisherId != null && $Object.hasOwnProperty.call(message, "publisherId") && message.publisherId !== "")
                    writer.uint32(58).string(message.publisherId);
                if (message.clickId != null && $Object.hasOwnProperty.call(message, "clickId") && message.clickId !== "")
                    writer.uint32(66).string(message.clickId);
                if (message.visitorId != null && $Object.hasOwnProperty.call(message, "visitorId") && message.visitorId !== "")
                    writer.uint32(74).string(message.visitorId);
                if (message.receivedAtMs != null && $Object.hasOwnProperty.call(message, "receivedAtMs") && (typeof message.receivedAtMs === "object" ? message.receivedAtMs.low || message.receivedAtMs.high : message.receivedAtMs !== 0))
                    writer.uint32(80).uint64(message.receivedAtMs);
                if (message.ip != null && $Object.hasOwnProperty.call(message, "ip") && message.ip !== "")
                    writer.uint32(90).string(message.ip);
                if (message.userAgent != null && $Object.hasOwnProperty.call(message, "userAgent") && message.userAgent !== "")
                    writer.uint32(98).string(message.userAgent);
                if (message.referrer != null && $Object.hasOwnProperty.call(message, "referrer") && message.referrer !== "")
                    writer.uint32(106).string(message.referrer);
                if (message.landingUrl != null && $Object.hasOwnProperty.call(message, "landingUrl") && message.landingUrl !== "")
                    writer.uint32(114).string(message.landingUrl);
                if (message.params != null && $Object.hasOwnProperty.call(message, "params"))
                    for (let keys = $Object.keys(message.params), i = 0; i < keys.length; ++i)
                        writer.uint32(122).fork().uint32(10).string(keys[i]).uint32(18).string(message.params[keys[i]]).ldelim();
                if (message.transaction != null && $Object.hasOwnProperty.call(message, "transaction"))
                    $root.trackline.v1.Transaction.encode(message.transaction, writer.uint32(130).fork(), _depth + 1).ldelim();
                if (message.bot != null && $Object.hasOwnProperty.call(message, "bot") && message.bot !== false)
                    writer.uint32(136).bool(message.bot);
                if (message.unverified != null && $Object.hasOwnProperty.call(message, "unverified") && message.unverified !== false)
                    writer.uint32(144).bool(message.unverified);
                if (message.instance != null && $Object.hasOwnProperty.call(message, "instance") && message.instance !== "")
                    writer.uint32(154).string(message.instance);
                if (message.region != null && $Object.hasOwnProperty.call(message, "region") && message.region !== "")
                    writer.uint32(162).string(message.region);
                if (message.consent != null && $Object.hasOwnProperty.call(message, "consent") && message.consent !== 0)
                    writer.uint32(168).int32(message.consent);
                if (message.consentBasis != null && $Object.hasOwnProperty.call(message, "consentBasis") && message.consentBasis !== 0)
                    writer.uint32(176).int32(message.consentBasis);
                if (message.vastEvent != null && $Object.hasOwnProperty.call(message, "vastEvent") && message.vastEvent !== "")
                    writer.uint32(242).string(message.vastEvent);
                if (message.redirectReason != null && $Object.hasOwnProperty.call(message, "redirectReason") && message.redirectReason !== "")
                    writer.uint32(250).string(message.redirectReason);
                if (message.messageIdBytes != null && $Object.hasOwnProperty.call(message, "messageIdBytes") && message.messageIdBytes.length)
                    writer.uint32(258).bytes(message.messageIdBytes);
                if (message.clickIdBytes != null && $Object.hasOwnProperty.call(message, "clickIdBytes") && message.clickIdBytes.length)
                    writer.uint32(266).bytes(message.clickIdBytes);
                if (message.visitorIdBytes != null && $Object.hasOwnProperty.call(message, "visitorIdBytes") && message.visitorIdBytes.length)
                    writer.uint32(274).bytes(message.visitorIdBytes);
                if (message.subIds != null && message.subIds.length)
                    for (let i = 0; i < message.subIds.length; ++i)
                        writer.uint32(282).string(message.subIds[i]);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

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
                    case 21: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.consent = value;
                            else
                                delete message.consent;
                            continue;
                        }
                    case 22: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.consentBasis = value;
                            else
                                delete message.consentBasis;
                            continue;
                        }
                    case 30: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.vastEvent = value;
                            else
                                delete message.vastEvent;
                            continue;
                        }
                    case 31: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.redirectReason = value;
                            else
                                delete message.redirectReason;
                            continue;
                        }
                    case 32: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.messageIdBytes = value;
                            else
                                delete message.messageIdBytes;
                            continue;
                        }
                    case 33: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.clickIdBytes = value;
                            else
                                delete message.clickIdBytes;
                            continue;
                        }
                    case 34: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.visitorIdBytes = value;
                            else
                                delete message.visitorIdBytes;
                            continue;
                        }
                    case 35: {
                            if (wireType !== 2)
                                break;
                            if (!(message.subIds && message.subIds.length))
                                message.subIds = [];
                            message.subIds.push(reader.stringVerify());
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

        v1.ConsentChoice = (function() {
            const valuesById = $Object.create(null), values = $Object.create(valuesById);
            values[valuesById[0] = "CONSENT_CHOICE_UNSPECIFIED"] = 0;
            values[valuesById[1] = "GRANTED"] = 1;
            values[valuesById[2] = "DENIED"] = 2;
            return values;
        })();

        v1.ConsentBasis = (function() {
            const valuesById = $Object.create(null), values = $Object.create(valuesById);
            values[valuesById[0] = "CONFIGURATION"] = 0;
            values[valuesById[1] = "GPC"] = 1;
            values[valuesById[2] = "DNT"] = 2;
            values[valuesById[3] = "GPP"] = 3;
            values[valuesById[4] = "TCF"] = 4;
            values[valuesById[5] = "US_PRIVACY"] = 5;
            return values;
        })();

        v1.TransactionStatus = (function() {
            const valuesById = $Object.create(null), values = $Object.create(valuesById);
            values[valuesById[0] = "TRANSACTION_STATUS_UNSPECIFIED"] = 0;
            values[valuesById[1] = "PENDING"] = 1;
            values[valuesById[2] = "APPROVED"] = 2;
            values[valuesById[3] = "REJECTED"] = 3;
            return values;
        })();

        v1.Transaction = (function() {

            const Transaction = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            Transaction.prototype.orderId = "";
            Transaction.prototype.amount = "";
            Transaction.prototype.currency = "";
            Transaction.prototype.status = 0;
            Transaction.prototype.claims = false;

            Transaction.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.orderId != null && $Object.hasOwnProperty.call(message, "orderId") && message.orderId !== "")
                    writer.uint32(10).string(message.orderId);
                if (message.amount != null && $Object.hasOwnProperty.call(message, "amount") && message.amount !== "")
                    writer.uint32(18).string(message.amount);
                if (message.currency != null && $Object.hasOwnProperty.call(message, "currency") && message.currency !== "")
                    writer.uint32(26).string(message.currency);
                if (message.status != null && $Object.hasOwnProperty.call(message, "status") && message.status !== 0)
                    writer.uint32(32).int32(message.status);
                if (message.claims != null && $Object.hasOwnProperty.call(message, "claims") && message.claims !== false)
                    writer.uint32(40).bool(message.claims);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

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
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.claims = value;
                            else
                                delete message.claims;
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

            const Statement = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            Statement.prototype.writer = "";
            Statement.prototype.instance = "";
            Statement.prototype.atMs = $util.Long ? $util.Long.fromBits(0,0,true) : 0;
            Statement.prototype.acceptedThrough = $util.Long ? $util.Long.fromBits(0,0,true) : 0;
            Statement.prototype.rejected = $util.Long ? $util.Long.fromBits(0,0,true) : 0;
            Statement.prototype.shed = $util.Long ? $util.Long.fromBits(0,0,true) : 0;
            Statement.prototype.ignored = $util.Long ? $util.Long.fromBits(0,0,true) : 0;
            Statement.prototype.lost = $util.Long ? $util.Long.fromBits(0,0,true) : 0;
            Statement.prototype.final = false;
            Statement.prototype.sinceMs = $util.Long ? $util.Long.fromBits(0,0,true) : 0;
            Statement.prototype.sentThrough = $util.Long ? $util.Long.fromBits(0,0,true) : 0;
            Statement.prototype.unsent = $util.Long ? $util.Long.fromBits(0,0,true) : 0;
            Statement.prototype.oldestUnsentAtMs = $util.Long ? $util.Long.fromBits(0,0,true) : 0;
            Statement.prototype.unconfirmed = $util.Long ? $util.Long.fromBits(0,0,true) : 0;
            Statement.prototype.onDisk = false;

            Statement.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.writer != null && $Object.hasOwnProperty.call(message, "writer") && message.writer !== "")
                    writer.uint32(10).string(message.writer);
                if (message.instance != null && $Object.hasOwnProperty.call(message, "instance") && message.instance !== "")
                    writer.uint32(18).string(message.instance);
                if (message.atMs != null && $Object.hasOwnProperty.call(message, "atMs") && (typeof message.atMs === "object" ? message.atMs.low || message.atMs.high : message.atMs !== 0))
                    writer.uint32(24).uint64(message.atMs);
                if (message.acceptedThrough != null && $Object.hasOwnProperty.call(message, "acceptedThrough") && (typeof message.acceptedThrough === "object" ? message.acceptedThrough.low || message.acceptedThrough.high : message.acceptedThrough !== 0))
                    writer.uint32(32).uint64(message.acceptedThrough);
                if (message.rejected != null && $Object.hasOwnProperty.call(message, "rejected") && (typeof message.rejected === "object" ? message.rejected.low || message.rejected.high : message.rejected !== 0))
                    writer.uint32(40).uint64(message.rejected);
                if (message.shed != null && $Object.hasOwnProperty.call(message, "shed") && (typeof message.shed === "object" ? message.shed.low || message.shed.high : message.shed !== 0))
                    writer.uint32(48).uint64(message.shed);
                if (message.ignored != null && $Object.hasOwnProperty.call(message, "ignored") && (typeof message.ignored === "object" ? message.ignored.low || message.ignored.high : message.ignored !== 0))
                    writer.uint32(56).uint64(message.ignored);
                if (message.lost != null && $Object.hasOwnProperty.call(message, "lost") && (typeof message.lost === "object" ? message.lost.low || message.lost.high : message.lost !== 0))
                    writer.uint32(64).uint64(message.lost);
                if (message.final != null && $Object.hasOwnProperty.call(message, "final") && message.final !== false)
                    writer.uint32(72).bool(message.final);
                if (message.sinceMs != null && $Object.hasOwnProperty.call(message, "sinceMs") && (typeof message.sinceMs === "object" ? message.sinceMs.low || message.sinceMs.high : message.sinceMs !== 0))
                    writer.uint32(80).uint64(message.sinceMs);
                if (message.sentThrough != null && $Object.hasOwnProperty.call(message, "sentThrough") && (typeof message.sentThrough === "object" ? message.sentThrough.low || message.sentThrough.high : message.sentThrough !== 0))
                    writer.uint32(88).uint64(message.sentThrough);
                if (message.unsent != null && $Object.hasOwnProperty.call(message, "unsent") && (typeof message.unsent === "object" ? message.unsent.low || message.unsent.high : message.unsent !== 0))
                    writer.uint32(96).uint64(message.unsent);
                if (message.oldestUnsentAtMs != null && $Object.hasOwnProperty.call(message, "oldestUnsentAtMs") && (typeof message.oldestUnsentAtMs === "object" ? message.oldestUnsentAtMs.low || message.oldestUnsentAtMs.high : message.oldestUnsentAtMs !== 0))
                    writer.uint32(104).uint64(message.oldestUnsentAtMs);
                if (message.unconfirmed != null && $Object.hasOwnProperty.call(message, "unconfirmed") && (typeof message.unconfirmed === "object" ? message.unconfirmed.low || message.unconfirmed.high : message.unconfirmed !== 0))
                    writer.uint32(112).uint64(message.unconfirmed);
                if (message.onDisk != null && $Object.hasOwnProperty.call(message, "onDisk") && message.onDisk !== false)
                    writer.uint32(120).bool(message.onDisk);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

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
                    case 10: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.sinceMs = value;
                            else
                                delete message.sinceMs;
                            continue;
                        }
                    case 11: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.sentThrough = value;
                            else
                                delete message.sentThrough;
                            continue;
                        }
                    case 12: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.unsent = value;
                            else
                                delete message.unsent;
                            continue;
                        }
                    case 13: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.oldestUnsentAtMs = value;
                            else
                                delete message.oldestUnsentAtMs;
                            continue;
                        }
                    case 14: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.unconfirmed = value;
                            else
                                delete message.unconfirmed;
                            continue;
                        }
                    case 15: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.onDisk = value;
                            else
                                delete message.onDisk;
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
