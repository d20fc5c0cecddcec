#!/usr/bin/perl
# An ESME on Net::SMPP, driven by lines: each line of stdin is a JSON object
#   {"id": 1, "call": "submit_sm", "arguments": {"destination_addr": "4670...", "short_message": {"hex": "..."}}}
# whose call is a method of Net::SMPP; the answer comes as {"id": 1, "pdu": {...}} on stdout. Requests that arrive from
# the message centre come as {"event": "deliver_sm", "pdu": {...}}, after they have been answered. Octet fields and
# TLVs are printed in hexadecimal.
use strict;
use warnings;
use IO::Select;
use JSON::PP;
use Net::SMPP;

my ($host, $port, $bind, $system_id, $password, $version) = @ARGV;
die "usage: client.pl HOST PORT transmitter|receiver|transceiver SYSTEM_ID PASSWORD INTERFACE_VERSION\n"
    unless defined $version;

my $json = JSON::PP->new->ascii->canonical->allow_nonref;
$| = 1;

my %is_tlv = map { $_->{name} => 1 } values %{ Net::SMPP::param_tab() };
my %is_octets = (data => 1, short_message => 1);
my %name_of = map { $_ => Net::SMPP::pdu_tab()->{$_}{cmd} } keys %{ Net::SMPP::pdu_tab() };

sub say_line { print $json->encode($_[0]), "\n" }

sub shown {
    my ($pdu) = @_;
    my %out = (command => $name_of{ $pdu->{cmd} } || sprintf('0x%08x', $pdu->{cmd}));
    for my $key (grep { !/^\d+$/ } keys %$pdu) {
        my $value = $pdu->{$key};
        # message_state is both a field of query_sm_resp and a TLV; a field is a number already.
        my $octets = $is_octets{$key} || ($is_tlv{$key} && exists $pdu->{ $Net::SMPP::param_by_name{$key} || '' });
        $out{$key} = $octets ? unpack('H*', $value) : $value;
    }
    return \%out;
}

sub value_of {
    my ($value) = @_;
    return ref $value eq 'HASH' ? pack('H*', $value->{hex}) : $value;
}

my $smpp = Net::SMPP->new_connect(
    $host,
    port => $port, smpp_version => 0x34,
    system_id => $system_id, password => $password, system_type => '',
    source_addr_ton => 1, source_addr_npi => 1, dest_addr_ton => 1, dest_addr_npi => 1,
) or die "cannot connect: $!\n";

sub answer_request {
    my ($me, $pdu) = @_;
    my $command = $name_of{ $pdu->{cmd} } || 'unknown';
    my $respond = "${command}_resp";
    if ($me->can($respond)) {
        $me->$respond(seq => $pdu->{seq}, $command eq 'enquire_link' || $command eq 'unbind' ? () : (message_id => ''));
    }
    say_line({ event => $command, pdu => shown($pdu) });
}
# Used while a call waits for its response, so that nothing that comes in between is lost.
${*$smpp}{handlers} = { map { $_ => \&answer_request } grep { !($_ & 0x80000000) } keys %name_of };

my $bind_call = "bind_$bind";
my $bound = $smpp->$bind_call(interface_version => $version) or die "no answer to the bind\n";
say_line({ id => 0, pdu => shown($bound) });

my $select = IO::Select->new(\*STDIN, $smpp);
my $pending = '';
while (1) {
    for my $ready ($select->can_read) {
        if ($ready == $smpp) {
            my $pdu = $smpp->read_pdu or exit 0;
            answer_request($smpp, $pdu);
            next;
        }
        my $got = sysread STDIN, $pending, 65536, length $pending;
        exit 0 unless $got;
        while ($pending =~ s/^(.*)\n//) {
            my $command = $json->decode($1);
            my $call = $command->{call};
            my $arguments = $command->{arguments} || {};
            my $pdu = $smpp->$call(map { $_ => value_of($arguments->{$_}) } sort keys %$arguments);
            say_line({ id => $command->{id}, pdu => $pdu ? shown($pdu) : undef });
            exit 0 if $call eq 'unbind';
        }
    }
}
